package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMax;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMin;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.qat4j.kernels.HalfEven;
import org.qat4j.scheme.IntRange;

/**
 * All integers of a range times a scale that the weights give themselves (Krishnamoorthi 2018,
 * arXiv:1806.08342, sec. 2). The gradient passes where a weight was not clipped; the scale counts
 * as a constant.
 */
class UniformQuantizer extends WeightQuantizer {
  private final IntRange range;
  private final boolean symmetric;
  private final boolean powerOfTwoScale;

  /**
   * @param symmetric whether real 0 is code 0; else each group has a zero point of its own
   * @param powerOfTwoScale whether scales are rounded up to powers of two
   */
  UniformQuantizer(WeightScheme scheme, boolean symmetric, boolean powerOfTwoScale) {
    super(scheme);
    this.range = scheme.codes();
    this.symmetric = symmetric;
    this.powerOfTwoScale = powerOfTwoScale;
  }

  /** Whether weights may lie outside what codes represent. */
  boolean clips() {
    return false;
  }

  /** Smallest and largest weight to represent, for each group: {[groups], [groups]}. */
  INDArray[] bounds(INDArray weights) {
    return new INDArray[] {weights.min(1), weights.max(1)};
  }

  /** The largest magnitude to represent, for each group of symmetric codes: [groups]. */
  INDArray largest(INDArray weights) {
    return largestMagnitudes(weights);
  }

  @Override
  Codes quantize(INDArray weights, INDArray step) {
    Codes grid = grid(weights);
    INDArray codes = weights.divColumnVector(grid.scales());
    if (symmetric && !clips()) {
      return new Codes(HalfEven.round(codes), grid.scales(), grid.zeroPoints());
    }
    clamp(codes, grid.zeroPoints());
    return new Codes(HalfEven.round(codes), grid.scales(), grid.zeroPoints());
  }

  /** To the differences that the range leaves on either side of each zero point, in place. */
  private void clamp(INDArray units, INDArray zeroPoints) {
    INDArray low = zeroPoints.rsub(range.min());
    INDArray high = zeroPoints.rsub(range.max());
    Nd4j.getExecutioner().exec(new BroadcastMax(units, low, units, 0));
    Nd4j.getExecutioner().exec(new BroadcastMin(units, high, units, 0));
  }

  /** Scales and zero points; no differences. */
  private Codes grid(INDArray weights) {
    if (symmetric) {
      INDArray scales = rounded(positive(largest(weights).divi(range.max())));
      return new Codes(null, scales, scales.ulike().assign(0));
    }
    INDArray[] bounds = bounds(weights);
    INDArray low = Transforms.min(bounds[0], 0, false);
    INDArray high = Masks.raise(bounds[1], 0);
    INDArray scales = rounded(positive(high.subi(low).divi(range.steps())));
    INDArray zeroPoints = HalfEven.round(low.divi(scales).rsubi(range.min()));
    return new Codes(null, scales, zeroPoints);
  }

  /** Up to powers of two where the scheme wants them, so that nothing more is clipped. */
  private INDArray rounded(INDArray scales) {
    if (!powerOfTwoScale) {
      return scales;
    }
    for (long i = 0; i < scales.length(); i++) {
      double power = Math.scalb(1.0, Math.getExponent(scales.getDouble(i)));
      scales.putScalar(i, power < scales.getDouble(i) ? 2 * power : power);
    }
    return scales;
  }

  @Override
  void passBack(INDArray weights, INDArray step, INDArray gradient, INDArray stepGradient) {
    if (!clips()) {
      return;
    }
    Codes grid = grid(weights);
    INDArray units = weights.divColumnVector(grid.scales());
    INDArray clamped = units.dup();
    clamp(clamped, grid.zeroPoints());
    gradient.muli(clamped.eq(units).castTo(gradient.dataType()));
  }
}
