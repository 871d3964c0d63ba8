package org.qat4j.layers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.Step;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.scheme.QuantParams;

/**
 * An open interval of real values through which a gradient passes unchanged; outside it is zero.
 *
 * @param low values must be greater
 * @param high values must be less
 */
record Interval(double low, double high) {
  static final Interval EVERYTHING =
      new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** Both this open interval and the closed one of the representable values. */
  Interval intersectClosed(QuantParams params) {
    return new Interval(
        Math.max(low, Math.nextDown(FakeQuantizer.lowest(params))),
        Math.min(high, Math.nextUp(FakeQuantizer.highest(params))));
  }

  /**
   * @param epsilon gradient, not modified
   * @param values where it was taken, not modified
   * @return a new array: epsilon where the value is inside, else 0
   */
  INDArray mask(INDArray epsilon, INDArray values) {
    INDArray passed = epsilon.castTo(values.dataType()).dup(values.ordering());
    if (low > Double.NEGATIVE_INFINITY) {
      passed.muli(greater(values, low));
    }
    if (high < Double.POSITIVE_INFINITY) {
      passed.muli(greater(values.neg(), -high));
    }
    return passed;
  }

  /** 1 where the value is greater than the bound, else 0. */
  private static INDArray greater(INDArray values, double bound) {
    return Nd4j.getExecutioner().exec(new Step(values, values.ulike(), bound));
  }
}
