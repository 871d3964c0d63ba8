package org.qat4j.benchmarks;

import java.util.List;
import java.util.Random;

/**
 * A word model whose training steps are measured, and one batch of random words for it. Knows no
 * library.
 *
 * @param words of the vocabulary
 * @param embedding numbers for each word
 * @param hidden units of each LSTM layer
 * @param layers of LSTM, with dropout of a half before each and before the decoder
 */
public record WordTraining(int words, int embedding, int hidden, int layers) {
  /** Texts of a step. */
  public static final int BATCH = 20;

  /** Words of a text. */
  public static final int STEPS = 35;

  /** Of Adam, whose other settings are the usual ones. */
  public static final double LEARNING_RATE = 1e-3;

  /** As {@link #arguments} of another process gives it. */
  public static WordTraining of(String[] arguments) {
    return new WordTraining(
        Integer.parseInt(arguments[0]),
        Integer.parseInt(arguments[1]),
        Integer.parseInt(arguments[2]),
        Integer.parseInt(arguments[3]));
  }

  /** For {@link #of}, and one more. */
  List<String> arguments(String last) {
    return List.of(
        Integer.toString(words),
        Integer.toString(embedding),
        Integer.toString(hidden),
        Integer.toString(layers),
        last);
  }

  /** Words that are read, {@code [STEPS, BATCH]}, or those to predict. */
  public long[] words(boolean predicted) {
    return new Random(predicted ? 2 : 1).longs((long) BATCH * STEPS, 0, words).toArray();
  }

  /** Numbers that are trained. */
  long parameters() {
    long cells = 4L * hidden * (embedding + hidden + 1);
    long others = (layers - 1) * 4L * hidden * (2L * hidden + 1);
    return (long) words * embedding + cells + others + (long) words * (hidden + 1);
  }
}
