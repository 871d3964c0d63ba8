package org.qat4j.graph;

import java.util.stream.LongStream;

/**
 * Geometry of a convolution or pooling: kernel, stride, padding and dilation, in pixels.
 *
 * <p>All start at the top left; the bottom and right padding may differ from the top and left.
 */
public record Window(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight,
    int dilationHeight,
    int dilationWidth) {
  /** What each size may be, so that every position in a padded image is an int. */
  private static final int MOST = 1 << 29;

  public Window {
    boolean sizes =
        Math.min(Math.min(kernelHeight, kernelWidth), Math.min(strideHeight, strideWidth)) >= 1
            && Math.min(dilationHeight, dilationWidth) >= 1;
    boolean pads = Math.min(Math.min(padTop, padLeft), Math.min(padBottom, padRight)) >= 0;
    boolean exact =
        LongStream.of(
                    extent(kernelHeight, dilationHeight),
                    extent(kernelWidth, dilationWidth),
                    Math.max(strideHeight, strideWidth),
                    Math.max(padTop, padLeft),
                    Math.max(padBottom, padRight))
                .max()
                .orElseThrow()
            <= MOST;
    if (!sizes || !pads || !exact || (long) kernelHeight * kernelWidth > Shape.MOST_ELEMENTS) {
      throw new IllegalArgumentException(
          "kernel, stride and dilation must be >= 1, padding >= 0, each at most "
              + MOST
              + ", and the kernel's area at most "
              + Shape.MOST_ELEMENTS
              + ", got kernel "
              + kernelHeight
              + "x"
              + kernelWidth
              + ", stride "
              + strideHeight
              + "x"
              + strideWidth
              + ", padding "
              + padTop
              + ","
              + padLeft
              + ","
              + padBottom
              + ","
              + padRight
              + ", dilation "
              + dilationHeight
              + "x"
              + dilationWidth);
    }
  }

  /** A square kernel with equal stride and padding on all sides, without dilation. */
  public static Window square(int kernel, int stride, int pad) {
    return new Window(kernel, kernel, stride, stride, pad, pad, pad, pad, 1, 1);
  }

  /** A window over the whole image. */
  public static Window whole(Shape shape) {
    return new Window(shape.height(), shape.width(), 1, 1, 0, 0, 0, 0, 1, 1);
  }

  /**
   * Size of the result of sliding the window over an image.
   *
   * @param channels of the result
   * @throws IllegalArgumentException if the dilated kernel is larger than the padded input
   */
  public Shape outputShape(Shape input, int channels) {
    long height =
        outputSize(
            input.height(), padTop + (long) padBottom, kernelHeight, strideHeight, dilationHeight);
    long width =
        outputSize(
            input.width(), padLeft + (long) padRight, kernelWidth, strideWidth, dilationWidth);
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "kernel "
              + kernelHeight
              + "x"
              + kernelWidth
              + " with dilation "
              + dilationHeight
              + "x"
              + dilationWidth
              + " does not fit into the padded input "
              + input);
    }
    return Shape.ofExact(channels, height, width);
  }

  private static long outputSize(int input, long pad, int kernel, int stride, int dilation) {
    return Math.floorDiv(input + pad - extent(kernel, dilation), stride) + 1;
  }

  /** Pixels from the first that a window sees to the last. */
  private static long extent(int kernel, int dilation) {
    return (kernel - 1L) * dilation + 1;
  }

  public int kernelArea() {
    return kernelHeight * kernelWidth;
  }
}
