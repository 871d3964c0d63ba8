package org.qat4j.kernels.nd4j;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.ConvolutionMode;

/** The integer arguments with which ND4J's convolutions and poolings begin. */
final class WindowArguments {
  /** The operations' number for channels first. */
  static final int NCHW = 0;

  private WindowArguments() {}

  /**
   * Kernel, stride, padding and dilation, height before width, then whether padding is of mode
   * same.
   *
   * @param rest what the operation takes behind these
   */
  static int[] arguments(
      ConvolutionMode mode,
      int[] kernel,
      int[] stride,
      int[] padding,
      int[] dilation,
      int... rest) {
    int same = mode == ConvolutionMode.Same ? 1 : 0;
    int[] window = {
      kernel[0],
      kernel[1],
      stride[0],
      stride[1],
      padding[0],
      padding[1],
      dilation[0],
      dilation[1],
      same
    };
    int[] all = Arrays.copyOf(window, window.length + rest.length);
    System.arraycopy(rest, 0, all, window.length, rest.length);
    return all;
  }
}
