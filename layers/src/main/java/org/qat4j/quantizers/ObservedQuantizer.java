package org.qat4j.quantizers;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.kernels.Rounding;
import org.qat4j.observer.Histogram;
import org.qat4j.observer.RangeEstimator;
import org.qat4j.observer.RealRange;
import org.qat4j.scheme.QuantParams;

/**
 * Codes that span a range observed in training (Jacob et al. 2018, arXiv:1712.05877, sec. 3.1). The
 * gradient passes inside the representable interval, its ends included, where the activation
 * function has a slope.
 */
final class ObservedQuantizer extends ActivationQuantizer {
  private RealRange next;

  ObservedQuantizer(ActivationScheme scheme, Clip clip, Rounding rounding) {
    super(scheme, clip, rounding);
  }

  @Override
  public boolean isReady(INDArray parameter) {
    return RangeParameter.isObserved(parameter);
  }

  @Override
  public QuantParams params(INDArray parameter) {
    return scheme().span(RangeParameter.read(parameter), clip());
  }

  @Override
  QuantParams update(INDArray values, INDArray parameter, Mode mode) {
    next =
        mode == Mode.FROZEN && isReady(parameter)
            ? RangeParameter.read(parameter)
            : RangeParameter.next(parameter, scheme().observation().merging(), range(values));
    return scheme().span(next, clip());
  }

  /** Range of the batch behind the activation function. */
  private RealRange range(INDArray values) {
    float min = clip().min() == 0 ? 0f : clip().apply(rounding().min(values));
    float max = clip().apply(rounding().max(values));
    finite(min);
    finite(max);
    return scheme().observation().estimate() == Observation.Estimate.MIN_MAX
        ? new RealRange(min, max)
        : estimated(values);
  }

  /** Symmetric codes are chosen for magnitudes, as {@link RangeEstimator} asks for. */
  private RealRange estimated(INDArray values) {
    float[] batch = values.castTo(DataType.FLOAT).dup().data().asFloat();
    for (int i = 0; i < batch.length; i++) {
      float clipped = clip().apply(batch[i]);
      batch[i] = scheme().symmetric() ? Math.abs(clipped) : clipped;
    }
    return scheme()
        .observation()
        .estimator()
        .estimate(Histogram.empty().add(batch), scheme().magnitudes(clip()));
  }

  @Override
  Bounds passing(QuantParams params) {
    return Bounds.slope(clip()).within(params);
  }

  @Override
  void writeGradient(INDArray epsilon, INDArray passed, INDArray parameter, INDArray gradient) {
    RangeParameter.write(parameter, next);
    gradient.assign(0);
  }
}
