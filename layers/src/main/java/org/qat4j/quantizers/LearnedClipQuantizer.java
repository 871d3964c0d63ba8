package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.kernels.Rounding;
import org.qat4j.observer.RealRange;
import org.qat4j.scheme.QuantParams;

/**
 * Codes that span {@code [0, alpha]} behind ReLU, {@code [-alpha, alpha]} elsewhere, with alpha
 * trained: PACT (Choi et al. 2018, arXiv:1805.06085).
 *
 * <p>The value's gradient is 1 in {@code [0, alpha)} (eq. 1) or {@code (-alpha, alpha)}; alpha's is
 * 1 where the value is at least alpha (eq. 3), -1 where it is at most -alpha, else 0. Alpha starts
 * at the largest magnitude of the last batch before rounding, or of the first batch, and is decayed
 * with the weights of its block, if it has any.
 */
final class LearnedClipQuantizer extends LearnedQuantizer {
  LearnedClipQuantizer(ActivationScheme.Pact scheme, Clip clip, Rounding rounding) {
    super(scheme, clip, rounding);
  }

  private static float alpha(INDArray parameter) {
    return (float) Math.max(parameter.getFloat(0), LearnedSteps.SMALLEST);
  }

  @Override
  public QuantParams params(INDArray parameter) {
    return symmetric(alpha(parameter));
  }

  @Override
  void start(INDArray values, INDArray parameter) {
    double max = finite(clip().apply(rounding().max(values)));
    double min = finite(clip().apply(rounding().min(values)));
    parameter.assign(Math.max(Math.max(max, -min), LearnedSteps.SMALLEST));
  }

  @Override
  void span(RealRange range, INDArray parameter) {
    parameter.assign(Math.max(range.max(), LearnedSteps.SMALLEST));
  }

  @Override
  INDArray pass(INDArray epsilon, QuantParams params) {
    float largest = params.dequantize(params.range().max());
    boolean positive = clip().min() >= 0;
    float low = positive ? 0 : Math.nextUp(-largest);
    return passBetween(epsilon, low, Math.nextDown(Math.min(largest, clip().max())));
  }

  @Override
  void learn(INDArray epsilon, INDArray passed, INDArray gradient) {
    float largest = used().dequantize(used().range().max());
    double slope = 0;
    if (largest <= clip().max()) {
      slope = sum(epsilon, largest, Float.POSITIVE_INFINITY);
    }
    if (clip().min() < 0) {
      slope -= sum(epsilon, Float.NEGATIVE_INFINITY, -largest);
    }
    gradient.assign(finite(slope));
  }
}
