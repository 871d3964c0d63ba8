package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** 2-D convolution by {@code conv2d} and {@code conv2d_bp}: NCHW, weights OIHW. */
final class Nd4jConvolution extends Nd4jWindowed {
  /** The operation's number for weights [out, in, height, width]. */
  private static final int OIHW = 1;

  private final int[] kernel;
  private final long inChannels;

  Nd4jConvolution(ConvolutionLayer layer) {
    super(
        "conv2d",
        WindowArguments.arguments(
            layer.getConvolutionMode(),
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            WindowArguments.NCHW,
            OIHW));
    kernel = layer.getKernelSize();
    inChannels = layer.getNIn();
  }

  @Override
  public INDArray rows(INDArray weights) {
    return weights.reshape('c', weights.size(0), weights.length() / weights.size(0));
  }

  @Override
  INDArray weights(INDArray rows) {
    return rows.reshape('c', rows.size(0), inChannels, kernel[0], kernel[1]);
  }
}
