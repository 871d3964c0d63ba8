package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMax;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMin;
import org.nd4j.linalg.api.ops.impl.scalar.Step;
import org.nd4j.linalg.factory.Nd4j;

/** Comparisons with a bound, as new arrays of 0 and 1, and bounds in place. */
final class Masks {
  private Masks() {}

  static INDArray greater(INDArray values, double bound) {
    return Nd4j.getExecutioner().exec(new Step(values, values.ulike(), bound));
  }

  static INDArray less(INDArray values, double bound) {
    INDArray negated = values.neg();
    return Nd4j.getExecutioner().exec(new Step(negated, negated, -bound));
  }

  static INDArray atLeast(INDArray values, double bound) {
    return less(values, bound).rsubi(1);
  }

  static INDArray atMost(INDArray values, double bound) {
    return greater(values, bound).rsubi(1);
  }

  /** Raises what is smaller than the bound to it, in place. */
  static INDArray raise(INDArray values, double bound) {
    return Nd4j.getExecutioner().exec(new ScalarMax(values, null, values, bound));
  }

  /** Moves what lies outside the bounds to them, in place. */
  static INDArray clamp(INDArray values, double low, double high) {
    raise(values, low);
    return Nd4j.getExecutioner().exec(new ScalarMin(values, null, values, high));
  }
}
