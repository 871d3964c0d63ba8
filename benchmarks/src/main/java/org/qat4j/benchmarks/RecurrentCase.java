package org.qat4j.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.qat4j.cli.speed.RawFloats;

/**
 * What every engine computes: a batch of texts, read by a word model. Knows no library, since each
 * engine has its own.
 *
 * @param words of the vocabulary
 * @param embedding numbers for each word
 * @param hidden units of each LSTM layer
 * @param layers of LSTM
 * @param folder of the files that processes share, float32, little-endian
 */
public record RecurrentCase(int words, int embedding, int hidden, int layers, Path folder) {
  /** Texts. */
  public static final int BATCH = 20;

  /** Words of each text. */
  public static final int STEPS = 35;

  private static final long SEED = 1;

  /** As {@link #arguments} of another process gives it. */
  public static RecurrentCase of(List<String> arguments) {
    List<Integer> sizes = arguments.subList(0, 4).stream().map(Integer::valueOf).toList();
    return new RecurrentCase(
        sizes.get(0), sizes.get(1), sizes.get(2), sizes.get(3), Path.of(arguments.get(4)));
  }

  /** For {@link #of}. */
  List<String> arguments() {
    return List.of(
        Integer.toString(words),
        Integer.toString(embedding),
        Integer.toString(hidden),
        Integer.toString(layers),
        folder.toString());
  }

  /** Random places in the vocabulary: {@code [BATCH, STEPS]}. */
  public float[] places() {
    return texts(0);
  }

  /** The word behind each of {@link #places}. */
  private float[] followers() {
    return texts(1);
  }

  private float[] texts(int from) {
    Random random = new Random(SEED);
    float[] texts = new float[BATCH * STEPS];
    for (int b = 0; b < BATCH; b++) {
      for (int t = 0; t <= STEPS; t++) {
        int word = random.nextInt(words);
        if (t >= from && t < from + STEPS) {
          texts[b * STEPS + t - from] = word;
        }
      }
    }
    return texts;
  }

  /**
   * The mean of {@code -ln p} over all words.
   *
   * @param probabilities {@code [BATCH, STEPS, words]}
   */
  double loss(float[] probabilities) {
    float[] followers = followers();
    if (probabilities.length != followers.length * words) {
      throw new IllegalArgumentException(
          probabilities.length
              + " probabilities, expected "
              + followers.length
              + " times "
              + words);
    }
    double sum = 0;
    for (int i = 0; i < followers.length; i++) {
      sum -= Math.log(probabilities[i * words + (int) followers[i]]);
    }
    return sum / followers.length;
  }

  /** Writes the weights for engines in other processes. */
  void writeWeights(float[] weights) throws IOException {
    RawFloats.write(file("weights"), weights);
  }

  /**
   * The embedding {@code [words, embedding]}; for each layer the weights of its input {@code [4 *
   * hidden, inputs]} and its output {@code [4 * hidden, hidden]} and the bias {@code [4 * hidden]},
   * in the order of input gate, forget gate, candidate, output gate; then the decoder's weights
   * {@code [words, hidden]} and bias {@code [words]}.
   */
  public float[] weights() throws IOException {
    return RawFloats.read(file("weights"));
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** Deletes the files and their folder. */
  void delete() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
