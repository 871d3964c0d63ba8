package org.qat4j.examples.words;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.qat4j.examples.networks.WordLstm;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.training.Qat;
import org.qat4j.training.dynamic.DynamicConfig;

/**
 * How well a model predicts a text, and what it takes for it.
 *
 * @param model its name
 * @param loss as {@link WordStreams#loss}
 * @param megabytes of its parameters, or of its file; 1 MB is 10^6 bytes
 * @param seconds for the whole text
 */
public record WordScore(String model, double loss, double megabytes, double seconds) {
  /** The number of equally probable words among which one guesses as badly. */
  public double perplexity() {
    return Math.exp(loss);
  }

  /**
   * A network in Deeplearning4j, and what {@code Qat.quantizeDynamic} makes of it: in float32, with
   * 8-bit weights, and with an 8-bit embedding too.
   *
   * @param text in as many parts as are to be computed at once
   */
  public static List<WordScore> compare(MultiLayerNetwork network, WordStreams text)
      throws IOException {
    List<WordScore> scores = new ArrayList<>();
    double megabytes = network.numParams() * Float.BYTES / 1e6;
    scores.add(measure("deeplearning4j float", new NetworkWords(network), megabytes, text));
    DynamicConfig int8 = DynamicConfig.int8();
    scores.add(measure("qat4j float", network, DynamicConfig.floatingPoint(), text));
    scores.add(measure("qat4j int8", network, int8, text));
    scores.add(measure("qat4j int8, embedding too", network, int8.withInt8Embeddings(), text));
    return scores;
  }

  private static WordScore measure(
      String name, MultiLayerNetwork network, DynamicConfig config, WordStreams text)
      throws IOException {
    QuantizedModel model = Qat.quantizeDynamic(network, config);
    return measure(name, new SessionWords(model, WordLstm.STEPS), megabytes(model), text);
  }

  private static double megabytes(QuantizedModel model) throws IOException {
    Path file = Files.createTempFile("words", ".onnx");
    try {
      model.save(file);
      return Files.size(file) / 1e6;
    } finally {
      Files.delete(file);
    }
  }

  private static WordScore measure(
      String name, WordModel model, double megabytes, WordStreams text) {
    try (model) {
      long start = System.nanoTime();
      double loss = text.loss(model, WordLstm.STEPS);
      return new WordScore(name, loss, megabytes, (System.nanoTime() - start) / 1e9);
    }
  }
}
