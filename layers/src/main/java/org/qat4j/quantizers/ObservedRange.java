package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.observer.Range;
import org.qat4j.observer.RangeObserver;

/**
 * The activation range of a layer, kept as a parameter {@code [min, max, batches]} of the network.
 *
 * <p>Its "gradient" is the negative step and its updater does nothing, as Deeplearning4j keeps
 * batch-norm statistics: all that saves, averages or restores parameters handles the range too.
 */
final class ObservedRange {
  static final String KEY = "range";
  static final int LENGTH = 3;

  private ObservedRange() {}

  static boolean isObserved(INDArray parameter) {
    return parameter.getFloat(2) > 0;
  }

  static Range read(INDArray parameter) {
    return new Range(parameter.getFloat(0), parameter.getFloat(1));
  }

  /** The range after one more batch. */
  static Range next(INDArray parameter, RangeObserver observer, Range batch) {
    return isObserved(parameter) ? observer.observe(read(parameter), batch) : batch;
  }

  /** Writes the step from the stored range to {@code next} as a gradient. */
  static void writeStep(INDArray parameter, Range next, INDArray gradient) {
    gradient.putScalar(0, parameter.getDouble(0) - next.min());
    gradient.putScalar(1, parameter.getDouble(1) - next.max());
    gradient.putScalar(2, -1);
  }
}
