package org.qat4j.jobs.words;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.qat4j.cli.error.UserException;
import org.qat4j.examples.words.Vocabulary;
import org.qat4j.examples.words.WordText;
import org.qat4j.jobs.network.NetworkFile;
import org.qat4j.jobs.run.RunFolder;

/**
 * A trained word model with what it is evaluated on.
 *
 * @param network of words [batch, 1, time] to probabilities [batch, words, time]
 * @param text words of the folder's test file
 */
public record WordFiles(MultiLayerNetwork network, Vocabulary vocabulary, List<String> text) {
  /** Name of the file of the words, one a line, in order. */
  public static final String VOCABULARY = "vocabulary.txt";

  /**
   * Reads a network as {@code qat4j words} writes it.
   *
   * @param zip the network, with {@code vocabulary.txt} beside it
   * @param data folder of {@code test.txt}
   * @throws UserException if one cannot be read, or they do not belong together
   */
  public static WordFiles read(Path zip, Path data) {
    Path words = zip.toAbsolutePath().resolveSibling(VOCABULARY);
    if (!Files.exists(words)) {
      throw new UserException(
          "there is no " + words + ", which must hold the model's words, one a line, in order");
    }
    try {
      Vocabulary vocabulary = Vocabulary.read(words);
      MultiLayerNetwork network = network(zip);
      requireWords(zip, network, vocabulary);
      return new WordFiles(network, vocabulary, WordText.read(WordText.find(data, "test")));
    } catch (IOException e) {
      throw new UserException(e.getMessage(), e);
    }
  }

  /** Writes the network and its vocabulary, as {@link #read} reads them. */
  public void write(Path folder) {
    RunFolder.write(
        folder.resolve("word.zip"), stream -> ModelSerializer.writeModel(network, stream, true));
    RunFolder.writeText(folder.resolve(VOCABULARY), String.join("\n", vocabulary.words()) + "\n");
  }

  private static MultiLayerNetwork network(Path zip) {
    if (NetworkFile.read(zip).model() instanceof MultiLayerNetwork network) {
      return network;
    }
    throw new UserException(zip + " is no word model, but a graph");
  }

  private static void requireWords(Path zip, MultiLayerNetwork network, Vocabulary vocabulary) {
    Layer first = network.getLayer(0).conf().getLayer();
    if (!(first instanceof EmbeddingSequenceLayer embedding)) {
      throw new UserException(
          zip
              + " is no word model: its first layer is "
              + first.getClass().getSimpleName()
              + ", not EmbeddingSequenceLayer");
    }
    if (embedding.getNIn() != vocabulary.size()) {
      throw new UserException(
          zip
              + " knows "
              + embedding.getNIn()
              + " words, but the vocabulary beside it has "
              + vocabulary.size());
    }
  }
}
