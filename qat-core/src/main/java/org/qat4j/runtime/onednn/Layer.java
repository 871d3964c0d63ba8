package org.qat4j.runtime.onednn;

import java.util.Optional;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Op;
import org.qat4j.graph.Requantization;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Region;

/**
 * A convolution, or a dense layer seen as one: a dense layer is a convolution whose window is its
 * whole input, so flattening before it needs no copy.
 *
 * @param image shape of the input as {@code [channels, height, width]}
 */
record Layer(
    Window window,
    int groups,
    Weights weights,
    Bias bias,
    Clip clip,
    Shape image,
    Tensor input,
    Tensor output) {

  static Optional<Layer> of(Region region) {
    Op last = region.last().op();
    Tensor input = region.input();
    Tensor output = region.output();
    if (region.matches(Op.Conv.class) && last instanceof Op.Conv conv) {
      return Optional.of(
          new Layer(
              conv.window(),
              conv.groups(),
              conv.weights(),
              conv.bias(),
              conv.clip(),
              input.shape(),
              input,
              output));
    }
    boolean flattened = region.matches(Op.Flatten.class, Op.Dense.class);
    if ((flattened || region.matches(Op.Dense.class)) && last instanceof Op.Dense dense) {
      Shape shape = input.shape();
      Shape image = Shape.of(shape.channels(), shape.height(), shape.width());
      return Optional.of(
          new Layer(
              Window.whole(image),
              1,
              dense.weights(),
              dense.bias(),
              dense.clip(),
              image,
              input,
              output));
    }
    return Optional.empty();
  }

  /**
   * The part of this layer that computes some rows of the output, from those rows of the input that
   * it needs.
   *
   * @param firstRow of the output
   * @param rows of the output
   */
  Layer band(int firstRow, int rows) {
    int top = firstInputRow(firstRow);
    int end = top + (rows - 1) * window.strideHeight() + reach();
    int first = Math.max(0, top);
    int last = Math.min(image.height(), end);
    Window part =
        new Window(
            window.kernelHeight(),
            window.kernelWidth(),
            window.strideHeight(),
            window.strideWidth(),
            first - top,
            window.padLeft(),
            end - last,
            window.padRight(),
            window.dilationHeight(),
            window.dilationWidth());
    Shape partImage = Shape.of(image.channels(), last - first, image.width());
    return new Layer(part, groups, weights, bias, clip, partImage, input, output);
  }

  /** The first input row that an output row reads; negative in the padding. */
  int firstInputRow(int outputRow) {
    return outputRow * window.strideHeight() - window.padTop();
  }

  /** Rows that a window covers. */
  private int reach() {
    return (window.kernelHeight() - 1) * window.dilationHeight() + 1;
  }

  /** Whether there are several bands of so many rows and each sees a row of the image. */
  boolean hasBands(int rows) {
    int height = outputImage().height();
    for (int first = 0; first < height; first += rows) {
      int top = firstInputRow(first);
      int end = top + (Math.min(rows, height - first) - 1) * window.strideHeight() + reach();
      if (top >= image.height() || end <= 0) {
        return false;
      }
    }
    return height > rows;
  }

  Requantization requantization() {
    return Requantization.of(weights, bias, input.params(), output, clip);
  }

  /** Whether each output sees the whole input once: a matrix product. */
  boolean isDense() {
    return groups == 1 && window.equals(Window.whole(image));
  }

  /** Shape of the output as {@code [channels, height, width]}. */
  Shape outputImage() {
    return window.outputShape(image, weights.outChannels());
  }

  long[] inputDims(int batch) {
    return new long[] {batch, image.channels(), image.height(), image.width()};
  }

  long[] outputDims(int batch) {
    Shape out = outputImage();
    return new long[] {batch, out.channels(), out.height(), out.width()};
  }

  /** OIHW, or with groups {@code [groups, out / groups, in / groups, height, width]}. */
  long[] weightDims() {
    long out = weights.outChannels();
    long in = image.channels();
    long height = window.kernelHeight();
    long width = window.kernelWidth();
    return groups == 1
        ? new long[] {out, in, height, width}
        : new long[] {groups, out / groups, in / groups, height, width};
  }

  long[] strides() {
    return new long[] {window.strideHeight(), window.strideWidth()};
  }

  /** oneDNN counts the pixels that are skipped. */
  long[] dilations() {
    return new long[] {window.dilationHeight() - 1L, window.dilationWidth() - 1L};
  }

  long[] padTopLeft() {
    return new long[] {window.padTop(), window.padLeft()};
  }

  /**
   * What oneDNN needs at the bottom and right so that it computes this output size: strides may
   * leave rows over, which it refuses.
   */
  long[] padBottomRight() {
    Shape out = outputImage();
    long height =
        (out.height() - 1L) * window.strideHeight()
            + (window.kernelHeight() - 1L) * window.dilationHeight()
            + 1;
    long width =
        (out.width() - 1L) * window.strideWidth()
            + (window.kernelWidth() - 1L) * window.dilationWidth()
            + 1;
    return new long[] {
      height - image.height() - window.padTop(), width - image.width() - window.padLeft()
    };
  }
}
