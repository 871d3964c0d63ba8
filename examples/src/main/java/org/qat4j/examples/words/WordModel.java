package org.qat4j.examples.words;

/** What says which word comes next, and remembers the words that it was given. */
public interface WordModel extends AutoCloseable {
  /**
   * Reads on in several texts at once.
   *
   * @param words places in the vocabulary, {@code [batch, steps]}, row-major: the next words of
   *     each text
   * @param batch texts, as many as in the calls before
   * @return probabilities {@code [batch, steps, vocabulary]} of the word behind each
   */
  float[] next(int[] words, int batch);

  /** Forgets the words. */
  void reset();

  @Override
  void close();
}
