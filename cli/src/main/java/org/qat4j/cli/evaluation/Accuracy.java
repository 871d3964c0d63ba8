package org.qat4j.cli.evaluation;

import org.qat4j.cli.data.Labelled;

/** The fraction of images whose predicted class is right. */
public final class Accuracy {
  /** Images per call; results do not depend on it. */
  public static final int BATCH = 250;

  private Accuracy() {}

  /** Of what a classifier predicts. */
  public static double of(Classifier classifier, Labelled data) {
    return of(classifier.predict(data.inputs(), BATCH), data);
  }

  /**
   * Of predictions.
   *
   * @param predicted one class per image
   */
  public static double of(int[] predicted, Labelled data) {
    int right = 0;
    for (int i = 0; i < predicted.length; i++) {
      if (predicted[i] == data.label(i)) {
        right++;
      }
    }
    return (double) right / predicted.length;
  }
}
