package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.qat4j.examples.words.SessionWords;
import org.qat4j.examples.words.Vocabulary;
import org.qat4j.examples.words.WordModel;
import org.qat4j.examples.words.WordText;
import org.qat4j.examples.words.WordTraining;
import org.qat4j.examples.words.WordWriter;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.training.Qat;

/**
 * Trains a language model on a text, quantizes it dynamically, and lets it write. Arguments: the
 * text, words separated by spaces, and the file to write.
 */
public final class QuantizeAWordModel {
  private QuantizeAWordModel() {}

  public static void main(String[] arguments) throws IOException {
    List<String> text = WordText.read(Path.of(arguments[0]));
    System.out.println(String.join(" ", learn(text, WordTraining.small(), Path.of(arguments[1]))));
  }

  /** Writes the model file, and gives what the model in it writes. */
  static List<String> learn(List<String> text, WordTraining training, Path file)
      throws IOException {
    Vocabulary vocabulary = training.vocabulary(text);
    MultiLayerNetwork network = training.train(text, vocabulary, System.out::println);
    QuantizedModel model = Qat.quantizeDynamic(network);
    model.save(file);
    try (WordModel session = new SessionWords(QuantizedModel.load(file), 1)) {
      return new WordWriter(session, vocabulary, 0.8)
          .write(List.of(Vocabulary.END), 50, new Random(1));
    }
  }
}
