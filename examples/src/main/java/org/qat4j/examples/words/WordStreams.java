package org.qat4j.examples.words;

import org.nd4j.linalg.dataset.DataSet;

/** A text cut into equally long parts that are read side by side; what remains is left out. */
public final class WordStreams {
  /** The loss of a probability of 0 would be infinite. */
  private static final float SMALLEST = 1e-10f;

  private final int[] text;
  private final int streams;
  private final int length;

  /**
   * @param text places of words
   * @param streams parts, at least 1
   * @throws IllegalArgumentException if the text is too short for one word and the next in each
   */
  public WordStreams(int[] text, int streams) {
    this.text = text.clone();
    this.streams = streams;
    this.length = (text.length - 1) / streams;
    if (length < 1) {
      throw new IllegalArgumentException(
          "a text of " + text.length + " words is too short to be cut into " + streams + " parts");
    }
  }

  /** All words with those that follow them: features and labels [streams, 1, time]. */
  public DataSet data() {
    return new DataSet(
        NetworkWords.places(words(0, length), streams),
        NetworkWords.places(words(1, length), streams));
  }

  /** {@code [streams, steps]}: words of each part from a position on. */
  private int[] words(int from, int steps) {
    int[] words = new int[streams * steps];
    for (int s = 0; s < streams; s++) {
      System.arraycopy(text, s * length + from, words, s * steps, steps);
    }
    return words;
  }

  /** How many words {@link #loss} predicts with calls of so many. */
  public long predicted(int steps) {
    return (long) streams * (length / steps) * steps;
  }

  /**
   * The mean of {@code -ln p} over the words, where p is the probability that a model gave to the
   * word that followed; its exponential is the perplexity.
   *
   * @param steps words of each part that a call reads; a last call with fewer is left out
   */
  public double loss(WordModel model, int steps) {
    if (steps > length) {
      throw new IllegalArgumentException(
          "parts of " + length + " words are too short for calls of " + steps);
    }
    model.reset();
    double sum = 0;
    for (int from = 0; from + steps <= length; from += steps) {
      float[] probabilities = model.next(words(from, steps), streams);
      sum += loss(probabilities, words(from + 1, steps));
    }
    model.reset();
    return sum / predicted(steps);
  }

  private static double loss(float[] probabilities, int[] followers) {
    int words = probabilities.length / followers.length;
    double sum = 0;
    for (int i = 0; i < followers.length; i++) {
      sum -= Math.log(Math.max(SMALLEST, probabilities[i * words + followers[i]]));
    }
    return sum;
  }
}
