package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;

/** What a learned scale may be. */
final class LearnedSteps {
  /** Keeps a scale that training drives to zero or below usable. */
  static final double SMALLEST = 0x1p-30;

  private LearnedSteps() {}

  /** A copy with each step raised to the smallest usable one. */
  static INDArray usable(INDArray steps) {
    return Masks.raise(steps.dup(), SMALLEST);
  }
}
