package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * 2-D convolution of each channel by itself, by {@code depthwise_conv2d} and {@code
 * depthwise_conv2d_bp}: NCHW, weights [height, width, channel, multiplier].
 */
final class Nd4jDepthwiseConvolution extends Nd4jWindowed {
  private final int[] kernel;
  private final long channels;
  private final int multiplier;

  Nd4jDepthwiseConvolution(DepthwiseConvolution2D layer) {
    super(
        "depthwise_conv2d",
        WindowArguments.arguments(
            layer.getConvolutionMode(),
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            WindowArguments.NCHW));
    kernel = layer.getKernelSize();
    channels = layer.getNIn();
    multiplier = layer.getDepthMultiplier();
  }

  @Override
  public INDArray rows(INDArray weights) {
    return weights
        .reshape('c', weights.size(0) * weights.size(1), channels * multiplier)
        .transpose();
  }

  @Override
  INDArray weights(INDArray rows) {
    return rows.transpose().reshape('c', kernel[0], kernel[1], channels, multiplier);
  }
}
