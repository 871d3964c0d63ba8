package org.qat4j.kernels;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;

/**
 * Deeplearning4j's kernel, stride, padding mode and dilation as an explicit {@link Window}, and its
 * groups.
 */
public final class Geometry {
  private Geometry() {}

  public static Window of(ConvolutionLayer layer, Shape input) {
    return window(
        layer.getConvolutionMode(),
        layer.getKernelSize(),
        layer.getStride(),
        layer.getPadding(),
        layer.getDilation(),
        input);
  }

  public static Window of(SubsamplingLayer layer, Shape input) {
    return window(
        layer.getConvolutionMode(),
        layer.getKernelSize(),
        layer.getStride(),
        layer.getPadding(),
        layer.getDilation(),
        input);
  }

  /** Groups of channels that do not mix: as many as there are channels if it is depthwise. */
  public static int groups(ConvolutionLayer layer) {
    return layer instanceof DepthwiseConvolution2D ? Math.toIntExact(layer.getNIn()) : 1;
  }

  private static Window window(
      ConvolutionMode mode,
      int[] kernel,
      int[] stride,
      int[] padding,
      int[] dilation,
      Shape input) {
    int top = padding[0];
    int left = padding[1];
    int bottom = top;
    int right = left;
    if (mode == ConvolutionMode.Same) {
      int height = samePadding(input.height(), kernel[0], stride[0], dilation[0]);
      int width = samePadding(input.width(), kernel[1], stride[1], dilation[1]);
      top = height / 2;
      left = width / 2;
      bottom = height - top;
      right = width - left;
    }
    return new Window(
        kernel[0],
        kernel[1],
        stride[0],
        stride[1],
        top,
        left,
        bottom,
        right,
        dilation[0],
        dilation[1]);
  }

  /**
   * Total padding for an output of ceil(input / stride); the odd pixel goes to the bottom and
   * right.
   */
  private static int samePadding(int input, int kernel, int stride, int dilation) {
    int output = (input + stride - 1) / stride;
    return Math.max(0, (output - 1) * stride + (kernel - 1) * dilation + 1 - input);
  }
}
