package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.kernels.Rounding;
import org.qat4j.observer.RangeEstimator;
import org.qat4j.observer.RangeObserver;
import org.qat4j.observer.RealRange;
import org.qat4j.observer.TensorStatistics;
import org.qat4j.scheme.QuantParams;

/**
 * Codes whose scale is a trained parameter. It is 0 until a batch gives it its first value, and
 * follows the batches as long as nothing is rounded.
 */
abstract class LearnedQuantizer extends ActivationQuantizer {
  /** What the last forward pass gave a parameter that is to start from it; else null. */
  private INDArray started;

  LearnedQuantizer(ActivationScheme scheme, Clip clip, Rounding rounding) {
    super(scheme, clip, rounding);
  }

  /** Writes the value that training starts from. */
  abstract void start(INDArray values, INDArray parameter);

  /** Writes the parameter's gradient of a step that rounded. */
  abstract void learn(INDArray epsilon, INDArray passed, INDArray gradient);

  /** Writes the value whose codes span a range, which for symmetric codes is one of magnitudes. */
  abstract void span(RealRange range, INDArray parameter);

  /** Where the squared error is smallest: without training, what is started with is deployed. */
  @Override
  public final void calibrate(TensorStatistics seen, RangeObserver joining, INDArray parameter) {
    RangeEstimator estimator = new RangeEstimator.MeanSquaredError();
    RealRange range =
        scheme().symmetric()
            ? estimator.estimate(seen.histogram().magnitudes(), magnitudes())
            : estimator.estimate(seen.histogram(), scheme().codes());
    span(range, parameter);
  }

  @Override
  public final boolean isReady(INDArray parameter) {
    return parameter.getFloat(0) != 0;
  }

  @Override
  final QuantParams update(INDArray values, INDArray parameter, Mode mode) {
    boolean trained = mode.rounds() && isReady(parameter);
    started = trained ? null : parameter.dup().detach();
    if (trained) {
      return params(parameter);
    }
    start(values, started);
    return params(started);
  }

  @Override
  final void writeGradient(
      INDArray epsilon, INDArray passed, INDArray parameter, INDArray gradient) {
    if (started != null) {
      parameter.assign(started);
      started = null;
    }
    if (used() == null) {
      gradient.assign(0);
    } else {
      learn(epsilon, passed, gradient);
    }
  }

  /** The sum of the gradients where the values lie in an interval, its ends included. */
  final double sum(INDArray epsilon, float low, float high) {
    return rounding().sum(rounding().pass(epsilon, values(), low, high));
  }
}
