package org.qat4j.benchmarks.pytorch;

import static org.bytedeco.pytorch.global.torch.empty;
import static org.bytedeco.pytorch.global.torch.fused_moving_avg_obs_fake_quant;
import static org.bytedeco.pytorch.global.torch.ones;
import static org.bytedeco.pytorch.global.torch.scalar_tensor;
import static org.bytedeco.pytorch.global.torch.zeros;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Observes a range and rounds to it, as PyTorch's default configuration for x86 does: weights
 * symmetric for each output channel, activations affine with 7 bits, so that pairs of products fit
 * int16.
 */
final class FakeQuantize {
  private static final double AVERAGING = 0.01;

  private final boolean weights;
  private final Tensor on = ones(new long[] {1}, new TensorOptions(ScalarType.Long));
  private final Tensor min;
  private final Tensor max;
  private final Tensor scale = ones(1);
  private final Tensor zeroPoint = zeros(new long[] {1}, new TensorOptions(ScalarType.Int));

  private FakeQuantize(boolean weights) {
    this.weights = weights;
    min = weights ? empty(0) : scalar_tensor(new Scalar(Double.POSITIVE_INFINITY));
    max = weights ? empty(0) : scalar_tensor(new Scalar(Double.NEGATIVE_INFINITY));
  }

  static FakeQuantize ofWeights() {
    return new FakeQuantize(true);
  }

  static FakeQuantize ofActivations() {
    return new FakeQuantize(false);
  }

  Tensor apply(Tensor values) {
    int quantMin = weights ? -128 : 0;
    int channelAxis = weights ? 0 : -1;
    return fused_moving_avg_obs_fake_quant(
        values,
        on,
        on,
        min,
        max,
        scale,
        zeroPoint,
        AVERAGING,
        quantMin,
        127,
        channelAxis,
        weights,
        weights);
  }
}
