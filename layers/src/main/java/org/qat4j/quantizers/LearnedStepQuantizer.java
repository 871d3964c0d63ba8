package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.kernels.Rounding;
import org.qat4j.observer.RealRange;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * Codes whose scale s is trained: LSQ (Esser et al. 2020, arXiv:1902.08153), and with an offset
 * LSQ+ (Bhalgat et al. 2020, arXiv:2004.09576).
 *
 * <p>The value's gradient passes strictly inside the representable interval (LSQ eq. 5). The
 * gradient of s is {@code round(v / s) - v / s} inside and the outermost code outside (LSQ eq. 3,
 * LSQ+ eq. 4), that of LSQ+'s offset 1 outside and 0 inside (LSQ+ eq. 5), both times {@code 1 /
 * sqrt(features * Q)} (LSQ sec. 2.2). v is the value behind the activation function: what ReLU6
 * clips is 6, inside where the codes reach further. LSQ starts at {@code 2 * mean(|v|) / sqrt(Q)}
 * of the last batch before rounding, or of the first batch, LSQ+ at its extremes.
 *
 * <p>Unlike in LSQ+'s paper the offset is snapped to a multiple of s, because real 0 must be a
 * code.
 */
final class LearnedStepQuantizer extends LearnedQuantizer {
  private final IntRange codes;
  private final boolean hasOffset;

  /** The code of real 0 where there is no offset. */
  private final int middle;

  LearnedStepQuantizer(ActivationScheme.Lsq scheme, Clip clip, Rounding rounding) {
    this(scheme, clip, rounding, false);
  }

  LearnedStepQuantizer(ActivationScheme.LsqPlus scheme, Clip clip, Rounding rounding) {
    this(scheme, clip, rounding, true);
  }

  private LearnedStepQuantizer(
      ActivationScheme scheme, Clip clip, Rounding rounding, boolean hasOffset) {
    super(scheme, clip, rounding);
    this.codes = scheme.codes();
    this.hasOffset = hasOffset;
    this.middle = scheme.middle(clip);
  }

  @Override
  public QuantParams params(INDArray parameter) {
    float scale = (float) Math.max(parameter.getFloat(0), LearnedSteps.SMALLEST);
    int zeroPoint = hasOffset ? codes.clamp(-Math.rint(parameter.getFloat(1) / scale)) : middle;
    return new QuantParams(scale, zeroPoint, codes);
  }

  @Override
  void start(INDArray values, INDArray parameter) {
    if (hasOffset) {
      double min = Math.min(0, finite(clip().apply(rounding().min(values))));
      double max = Math.max(0, finite(clip().apply(rounding().max(values))));
      double scale = usable((max - min) / codes.steps());
      parameter.putScalar(0, scale);
      parameter.putScalar(1, min - scale * codes.min());
    } else {
      parameter.assign(usable(2 * finite(meanMagnitude(values)) / Math.sqrt(largestCode())));
    }
  }

  @Override
  void span(RealRange range, INDArray parameter) {
    if (hasOffset) {
      QuantParams params = QuantParams.affine(range.min(), range.max(), codes);
      parameter.putScalar(0, params.scale());
      parameter.putScalar(1, (double) params.scale() * -params.zeroPoint());
    } else {
      parameter.assign(symmetric(range.max()).scale());
    }
  }

  private double meanMagnitude(INDArray values) {
    INDArray clipped = Masks.clamp(values.dup(), clip().min(), clip().max());
    return clipped.norm1Number().doubleValue() / clipped.length();
  }

  private static double usable(double step) {
    return Math.max(step, LearnedSteps.SMALLEST);
  }

  /** Q: the largest code above that of zero. */
  private int largestCode() {
    return hasOffset ? codes.steps() : codes.max() - middle;
  }

  @Override
  INDArray pass(INDArray epsilon, QuantParams params) {
    float low = Math.nextUp(params.dequantize(params.range().min()));
    float high = Math.nextDown(params.dequantize(params.range().max()));
    return passBetween(epsilon, Math.max(slopeFrom(), low), Math.min(slopeTo(), high));
  }

  @Override
  void learn(INDArray epsilon, INDArray passed, INDArray gradient) {
    double scale = used().scale();
    double features = (double) values().length() / values().size(0);
    double gradientScale = 1 / Math.sqrt(features * largestCode());
    double above = clippedInside(epsilon, clip().max());
    double below = clippedInside(epsilon, clip().min());
    double inside = rounding().dot(passed, values());
    inside += above == 0 ? 0 : above * clip().max();
    inside += below == 0 ? 0 : below * clip().min();
    double slope = finite((dotOutput(epsilon) - inside) / scale);
    if (hasOffset) {
      double outside = rounding().sum(epsilon) - rounding().sum(passed) - above - below;
      gradient.putScalar(0, gradientScale * (slope + used().zeroPoint() * outside));
      gradient.putScalar(1, gradientScale * outside);
    } else {
      gradient.assign(gradientScale * slope);
    }
  }

  /** Gradients where the activation function clips to a bound that lies inside what codes hold. */
  private double clippedInside(INDArray epsilon, float bound) {
    float low = used().dequantize(used().range().min());
    float high = used().dequantize(used().range().max());
    if (!(bound > low && bound < high)) {
      return 0;
    }
    return bound == clip().max()
        ? sum(epsilon, bound, Float.POSITIVE_INFINITY)
        : sum(epsilon, Float.NEGATIVE_INFINITY, bound);
  }
}
