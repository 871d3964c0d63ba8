package org.qat4j.cli.evaluation;

import org.qat4j.cli.data.Images;

/** Anything that turns images into class scores. */
@FunctionalInterface
public interface Classifier {
  /**
   * Scores of the images {@code [from, to)}.
   *
   * @return [to - from, classes], float32, one image after another; the largest score wins
   */
  float[] scores(Images images, int from, int to);

  /** Predicted classes of all images, {@code batch} at a time; the lowest class wins a tie. */
  default int[] predict(Images images, int batch) {
    int[] classes = new int[images.count()];
    for (int from = 0; from < classes.length; from += batch) {
      int to = Math.min(from + batch, classes.length);
      float[] scores = scores(images, from, to);
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
