package org.qat4j.examples.networks;

import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;

/**
 * A word-level language model: an embedding, LSTM layers with dropout before each, and a decoder
 * that gives the probability of every word to be the next one (Zaremba et al. 2014,
 * arXiv:1409.2329).
 *
 * @param words of the vocabulary
 * @param embedding numbers for each word
 * @param hidden units of each LSTM layer
 * @param layers of LSTM
 */
public record WordLstm(int words, int embedding, int hidden, int layers) {
  /** Steps through which gradients flow back. */
  public static final int STEPS = 35;

  /** The network of the usual WikiText-2 example: five layers of 256 and all 33,278 words. */
  public static final WordLstm WIKITEXT2 = new WordLstm(33_278, 512, 256, 5);

  private static final double LARGEST_GRADIENT = 5;

  /**
   * A network with fresh weights that depend on the seed only. Input float32 [batch, 1, time] of
   * places in the vocabulary, output probabilities [batch, words, time]; it trains on labels
   * [batch, 1, time], places too, by truncated backpropagation.
   *
   * @param dropout probability that an input of an LSTM layer or of the decoder is left out
   */
  public MultiLayerNetwork create(long seed, IUpdater updater, double dropout) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(updater)
            .weightInit(WeightInit.XAVIER)
            .gradientNormalization(GradientNormalization.ClipL2PerLayer)
            .gradientNormalizationThreshold(LARGEST_GRADIENT)
            .list()
            .layer(
                new EmbeddingSequenceLayer.Builder()
                    .name("embedding")
                    .nIn(words)
                    .nOut(embedding)
                    .build());
    for (int i = 1; i <= layers; i++) {
      list.layer(
          new LSTM.Builder()
              .name("lstm" + i)
              .nOut(hidden)
              .activation(Activation.TANH)
              .dropOut(1 - dropout)
              .build());
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list.layer(
                    new RnnOutputLayer.Builder(new LossSparseMCXENT())
                        .name("decoder")
                        .nOut(words)
                        .activation(Activation.SOFTMAX)
                        .dropOut(1 - dropout)
                        .build())
                .setInputType(InputType.recurrent(words))
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(STEPS)
                .build());
    network.init();
    return network;
  }
}
