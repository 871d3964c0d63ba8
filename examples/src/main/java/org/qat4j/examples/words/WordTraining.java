package org.qat4j.examples.words;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.examples.networks.WordLstm;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * How a word model is trained: by truncated backpropagation through {@link WordLstm#STEPS} steps,
 * in several parts of the text at once, on fast layers in float32.
 *
 * @param sizes of the network; its vocabulary may become smaller
 * @param dropout probability that an input is left out
 * @param learningRate of Adam in the first epoch; each epoch has half the rate of the one before
 *     once the loss on the text that is held out has not fallen
 */
public record WordTraining(
    WordLstm sizes, double dropout, double learningRate, int epochs, long seed) {
  /** Parts of the text that are read side by side. */
  public static final int STREAMS = 20;

  /** One part in so many is held out. */
  private static final int HELD_OUT = 10;

  /** What trains in minutes. */
  public static WordTraining small() {
    return new WordTraining(new WordLstm(4000, 128, 128, 2), 0.2, 3e-3, 4, 1);
  }

  /** The vocabulary of a text. */
  public Vocabulary vocabulary(List<String> text) {
    return Vocabulary.of(trainedOn(text), sizes.words());
  }

  private static List<String> trainedOn(List<String> text) {
    return text.subList(0, text.size() - text.size() / HELD_OUT);
  }

  /**
   * Trains a network on all of a text but its end, which decides on the learning rate.
   *
   * @param vocabulary of this text
   * @param progress is told the loss after each epoch
   */
  public MultiLayerNetwork train(
      List<String> text, Vocabulary vocabulary, Consumer<String> progress) {
    int[] words = vocabulary.encode(text);
    int cut = trainedOn(text).size();
    DataSet data = new WordStreams(Arrays.copyOf(words, cut), STREAMS).data();
    WordStreams heldOut = new WordStreams(Arrays.copyOfRange(words, cut, words.length), STREAMS);
    MultiLayerNetwork original =
        new WordLstm(vocabulary.size(), sizes.embedding(), sizes.hidden(), sizes.layers())
            .create(seed, new Adam(learningRate), dropout);
    MultiLayerNetwork network = Qat.prepare(original, QatConfig.floatingPoint());
    double rate = learningRate;
    double best = Double.POSITIVE_INFINITY;
    for (int epoch = 1; epoch <= epochs; epoch++) {
      network.fit(data);
      double loss = heldOut.loss(new NetworkWords(network), WordLstm.STEPS);
      progress.accept(
          String.format(
              Locale.ROOT,
              "epoch %d of %d: loss on held-out text %.3f, perplexity %.1f",
              epoch,
              epochs,
              loss,
              Math.exp(loss)));
      if (loss > best) {
        rate /= 2;
        network.setLearningRate(rate);
      }
      best = Math.min(best, loss);
    }
    return Qat.restore(network, original);
  }
}
