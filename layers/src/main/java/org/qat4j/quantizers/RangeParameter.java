package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.observer.RangeObserver;
import org.qat4j.observer.RealRange;

/**
 * The activation range of a layer, kept as a parameter {@code [min, max, batches]} of the network.
 *
 * <p>All that saves, averages or restores parameters handles the range too. The backward pass
 * writes it in place and leaves its gradient zero: what clips, encodes or shares gradients would
 * change a step, and half of a first step is no range. Workers that average parameters average the
 * ranges that they saw; workers that share gradients keep their own.
 */
final class RangeParameter {
  static final String KEY = "range";
  static final int LENGTH = 3;

  private RangeParameter() {}

  static boolean isObserved(INDArray parameter) {
    return parameter.getFloat(2) > 0;
  }

  static RealRange read(INDArray parameter) {
    return new RealRange(parameter.getFloat(0), parameter.getFloat(1));
  }

  /** The range after one more batch. */
  static RealRange next(INDArray parameter, RangeObserver observer, RealRange batch) {
    return isObserved(parameter) ? observer.observe(read(parameter), batch) : batch;
  }

  /** Stores the range after so many batches. */
  static void write(INDArray parameter, RealRange range, double batches) {
    parameter.putScalar(0, range.min());
    parameter.putScalar(1, range.max());
    parameter.putScalar(2, batches);
  }
}
