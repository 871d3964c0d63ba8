package org.qat4j.cli.evaluation;

import org.qat4j.cli.data.Inputs;

/** Anything that turns inputs into class scores. */
@FunctionalInterface
public interface Classifier {
  /**
   * Scores of the inputs {@code [from, to)}.
   *
   * @return [to - from, classes], float32, one input after another; the largest score wins
   */
  float[] scores(Inputs inputs, int from, int to);

  /** Predicted classes of all inputs, {@code batch} at a time; the lowest class wins a tie. */
  default int[] predict(Inputs inputs, int batch) {
    int[] classes = new int[inputs.count()];
    for (int from = 0; from < classes.length; from += batch) {
      int to = Math.min(from + batch, classes.length);
      float[] scores = scores(inputs, from, to);
      int width = scores.length / (to - from);
      for (int i = from; i < to; i++) {
        classes[i] = largest(scores, (i - from) * width, width);
      }
    }
    return classes;
  }

  private static int largest(float[] scores, int offset, int width) {
    int best = 0;
    for (int c = 1; c < width; c++) {
      if (scores[offset + c] > scores[offset + best]) {
        best = c;
      }
    }
    return best;
  }
}
