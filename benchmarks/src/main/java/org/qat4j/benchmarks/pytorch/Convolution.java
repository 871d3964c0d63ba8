package org.qat4j.benchmarks.pytorch;

import static org.bytedeco.pytorch.global.torch.batch_norm;
import static org.bytedeco.pytorch.global.torch.constant_pad_nd;
import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.ones;
import static org.bytedeco.pytorch.global.torch.relu;
import static org.bytedeco.pytorch.global.torch.zeros;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * A convolution without bias, batch normalization, and ReLU if asked for. Quantization-aware, it
 * rounds the weights as the running statistics fold them, and normalizes the convolution of those
 * divided by the same factor: what PyTorch's fused eager-mode module computes.
 */
final class Convolution {
  private static final double EPSILON = 1e-5;
  private static final double MOMENTUM = 0.1;
  private static final long[] ONE = {1, 1};
  private static final long[] PER_OUTPUT = {-1, 1, 1, 1};
  private static final long[] PER_CHANNEL = {1, -1, 1, 1};

  private final Tensor weights;
  private final Tensor gamma;
  private final Tensor beta;
  private final Tensor runningMean;
  private final Tensor runningVariance;
  private final TensorOptional noBias = new TensorOptional();
  private final TensorOptional zeroBias;
  private final long[] stride;
  private final long[] padding;
  private final boolean padsBehind;
  private final boolean relu;
  private final FakeQuantize weightCodes;
  private final FakeQuantize outputCodes;

  /**
   * @param padsBehind pads a strided 3x3 window with one row and column behind the image only, as
   *     Deeplearning4j does, instead of around it
   */
  Convolution(
      TorchParameters parameters,
      int inputs,
      int outputs,
      int kernel,
      int stride,
      int padding,
      boolean padsBehind,
      boolean relu) {
    weights = parameters.take(outputs, inputs, kernel, kernel);
    gamma = parameters.take(outputs);
    beta = parameters.take(outputs);
    runningMean = zeros(outputs);
    runningVariance = ones(outputs);
    zeroBias = new TensorOptional(zeros(outputs));
    this.stride = new long[] {stride, stride};
    this.padsBehind = padsBehind && stride > 1 && padding > 0;
    this.padding = this.padsBehind ? new long[] {0, 0} : new long[] {padding, padding};
    this.relu = relu;
    weightCodes = parameters.quantized() ? FakeQuantize.ofWeights() : null;
    outputCodes = parameters.quantized() ? FakeQuantize.ofActivations() : null;
  }

  Tensor forward(Tensor images) {
    Tensor padded = padsBehind ? constant_pad_nd(images, 0, 1, 0, 1) : images;
    Tensor sums = weightCodes == null ? convolve(padded, weights, noBias) : foldedSums(padded);
    Tensor result =
        batch_norm(
            sums,
            new TensorOptional(gamma),
            new TensorOptional(beta),
            new TensorOptional(runningMean),
            new TensorOptional(runningVariance),
            true,
            MOMENTUM,
            EPSILON,
            true);
    result = relu ? relu(result) : result;
    return outputCodes == null ? result : outputCodes.apply(result);
  }

  private Tensor foldedSums(Tensor images) {
    Tensor factor = gamma.div(runningVariance.add(new Scalar(EPSILON)).sqrt());
    Tensor folded = weightCodes.apply(weights.mul(factor.reshape(PER_OUTPUT)));
    return convolve(images, folded, zeroBias).div(factor.reshape(PER_CHANNEL));
  }

  private Tensor convolve(Tensor images, Tensor by, TensorOptional bias) {
    return conv2d(images, by, bias, stride, padding, ONE, 1);
  }
}
