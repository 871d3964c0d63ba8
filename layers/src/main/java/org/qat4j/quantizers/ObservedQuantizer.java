package org.qat4j.quantizers;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.kernels.Rounding;
import org.qat4j.observer.Histogram;
import org.qat4j.observer.RangeEstimator;
import org.qat4j.observer.RangeObserver;
import org.qat4j.observer.RealRange;
import org.qat4j.observer.TensorStatistics;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * Codes that span a range observed in training (Jacob et al. 2018, arXiv:1712.05877, sec. 3.1). The
 * gradient passes inside the representable interval, its ends included, where the activation
 * function has a slope.
 */
final class ObservedQuantizer extends ActivationQuantizer {
  private final ActivationScheme.Observed scheme;
  private RealRange next;

  ObservedQuantizer(ActivationScheme.Observed scheme, Clip clip, Rounding rounding) {
    super(scheme, clip, rounding);
    this.scheme = scheme;
  }

  @Override
  public boolean isReady(INDArray parameter) {
    return RangeParameter.isObserved(parameter);
  }

  @Override
  public QuantParams params(INDArray parameter) {
    return span(RangeParameter.read(parameter));
  }

  /** Scale and zero point whose codes span a range. */
  private QuantParams span(RealRange range) {
    return scheme.symmetric()
        ? symmetric(Math.max(Math.abs(range.min()), Math.abs(range.max())))
        : QuantParams.affine(range.min(), range.max(), scheme.codes());
  }

  @Override
  public void calibrate(TensorStatistics seen, RangeObserver joining, INDArray parameter) {
    RealRange range =
        keepsExtremes()
            ? seen.joined(joining)
            : estimate(scheme.symmetric() ? seen.histogram().magnitudes() : seen.histogram());
    RangeParameter.write(parameter, range, seen.batches().size());
  }

  @Override
  QuantParams update(INDArray values, INDArray parameter, Mode mode) {
    next =
        mode == Mode.FROZEN && isReady(parameter)
            ? RangeParameter.read(parameter)
            : RangeParameter.next(parameter, scheme.observation().observer(), range(values));
    return span(next);
  }

  /** Range of the batch behind the activation function. */
  private RealRange range(INDArray values) {
    float min = clip().min() == 0 ? 0f : clip().apply(rounding().min(values));
    float max = clip().apply(rounding().max(values));
    finite(min);
    finite(max);
    return keepsExtremes() ? new RealRange(min, max) : estimated(values);
  }

  private boolean keepsExtremes() {
    return scheme.observation().estimator() instanceof RangeEstimator.MinMax;
  }

  /** Symmetric codes are chosen for magnitudes, as {@link RangeEstimator} asks for. */
  private RealRange estimated(INDArray values) {
    float[] batch = values.castTo(DataType.FLOAT).dup().data().asFloat();
    for (int i = 0; i < batch.length; i++) {
      float clipped = clip().apply(batch[i]);
      batch[i] = scheme.symmetric() ? Math.abs(clipped) : clipped;
    }
    return estimate(Histogram.empty().add(batch));
  }

  /** From the histogram of magnitudes where codes are symmetric. */
  private RealRange estimate(Histogram histogram) {
    IntRange codes = scheme.symmetric() ? magnitudes() : scheme.codes();
    return scheme.observation().estimator().estimate(histogram, codes);
  }

  @Override
  INDArray pass(INDArray epsilon, QuantParams params) {
    float low = params.dequantize(params.range().min());
    float high = params.dequantize(params.range().max());
    return passBetween(epsilon, Math.max(slopeFrom(), low), Math.min(slopeTo(), high));
  }

  @Override
  void writeGradient(INDArray epsilon, INDArray passed, INDArray parameter, INDArray gradient) {
    RangeParameter.write(parameter, next, parameter.getDouble(2) + 1);
    gradient.assign(0);
  }
}
