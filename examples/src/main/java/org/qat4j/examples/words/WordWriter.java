package org.qat4j.examples.words;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Continues a text, word by word, each drawn from the probabilities that a model gives.
 *
 * @param temperature above 0: below 1 probable words are drawn more often than they should be
 */
public record WordWriter(WordModel model, Vocabulary vocabulary, double temperature) {
  public WordWriter {
    if (!(temperature > 0)) {
      throw new IllegalArgumentException("temperature must be > 0, got " + temperature);
    }
  }

  /**
   * What follows; never {@link Vocabulary#UNKNOWN}.
   *
   * @param prompt read first, at least one word
   * @param count of words to write
   * @throws IllegalArgumentException if the model does not know a word of the prompt
   */
  public List<String> write(List<String> prompt, int count, Random random) {
    if (prompt.isEmpty()) {
      throw new IllegalArgumentException("the prompt needs at least one word");
    }
    int[] places = prompt.stream().mapToInt(vocabulary::place).toArray();
    model.reset();
    float[] probabilities = {};
    for (int place : places) {
      probabilities = model.next(new int[] {place}, 1);
    }
    List<String> written = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int place = draw(probabilities, random);
      written.add(vocabulary.word(place));
      probabilities = model.next(new int[] {place}, 1);
    }
    model.reset();
    return written;
  }

  private int draw(float[] probabilities, Random random) {
    double[] weights = new double[probabilities.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.pow(probabilities[i], 1 / temperature);
    }
    weights[vocabulary.place(Vocabulary.UNKNOWN)] = 0;
    double left = random.nextDouble() * Arrays.stream(weights).sum();
    int place = 0;
    while (place < weights.length - 1 && left >= weights[place]) {
      left -= weights[place++];
    }
    return place;
  }
}
