package org.qat4j.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Probabilities of classes. */
public interface Softmax {

  /**
   * Turns logits into probabilities, in place.
   *
   * @param rows {@code [rows, classes]} in row order
   */
  void apply(INDArray rows);
}
