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
final class UniformWeights extends WeightQuantizer {
  private final IntRange range;

  UniformWeights(WeightScheme scheme) {
    super(scheme);
    range = scheme.codes();
  }

  private boolean clips() {
    return scheme().scale() != WeightScheme.Scale.MAX_ABS;
  }

  @Override
  Codes quantize(INDArray weights, INDArray step) {
    Codes grid = grid(weights);
    INDArray codes = weights.divColumnVector(grid.scales());
    if (scheme().symmetric() && !clips()) {
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
    if (scheme().symmetric()) {
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

  private INDArray largest(INDArray weights) {
    return switch (scheme().scale()) {
      case MAX_ABS -> weights.amax(1);
      case MEAN_STD -> {
        INDArray[] bounds = bounds(weights);
        yield Transforms.max(Transforms.abs(bounds[0]), Transforms.abs(bounds[1]));
      }
      case MEAN_SQUARED_ERROR -> SquaredError.bestLargest(weights, range);
      case LEARNED -> throw new IllegalStateException("a learned scale is not derived");
    };
  }

  /** Smallest and largest weight to represent, for each group. */
  private INDArray[] bounds(INDArray weights) {
    INDArray min = weights.min(1);
    INDArray max = weights.max(1);
    if (scheme().scale() == WeightScheme.Scale.MEAN_STD) {
      INDArray mean = weights.mean(1);
      INDArray spread = weights.std(false, 1).muli(scheme().sigmas());
      return new INDArray[] {
        Transforms.max(min, mean.sub(spread)), Transforms.min(max, mean.add(spread))
      };
    }
    return new INDArray[] {min, max};
  }

  /** Up to powers of two where the scheme wants them, so that nothing more is clipped. */
  private INDArray rounded(INDArray scales) {
    if (!scheme().powerOfTwoScale()) {
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
