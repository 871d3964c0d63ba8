package org.qat4j.runtime;

import java.util.Optional;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Clip;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Requantization;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;

/**
 * A convolution, or a dense layer seen as one: a dense layer is a convolution whose window is its
 * whole input, so flattening before it needs no copy.
 *
 * @param image shape of the input as {@code [channels, height, width]}
 */
public record ConvolutionView(
    Window window,
    int groups,
    Weights weights,
    Bias bias,
    Clip clip,
    Shape image,
    Tensor input,
    Tensor output) {

  /**
   * The view of a region that is a convolution, a dense layer, or one after a flattening; empty for
   * all others, and for those of real numbers.
   */
  public static Optional<ConvolutionView> of(Region region) {
    Op last = region.last().op();
    Tensor input = region.input();
    Tensor output = region.output();
    if (input.arithmetic() != Arithmetic.CODES) {
      return Optional.empty();
    }
    if (region.matches(LinearOp.Conv.class) && last instanceof LinearOp.Conv conv) {
      return Optional.of(
          new ConvolutionView(
              conv.window(),
              conv.groups(),
              conv.coefficients().codes().weights(),
              conv.coefficients().codes().bias(),
              conv.clip(),
              input.shape(),
              input,
              output));
    }
    boolean flattened = region.matches(MoveOp.Flatten.class, LinearOp.Dense.class);
    if ((flattened || region.matches(LinearOp.Dense.class))
        && last instanceof LinearOp.Dense dense) {
      Shape shape = input.shape();
      boolean sequence = shape.kind() == Shape.Kind.SEQUENCE;
      if (flattened && sequence) {
        return Optional.empty();
      }
      // A sequence is an image with a row for each time step, which is one pixel.
      Shape image = Shape.of(shape.channels(), shape.height(), shape.width());
      return Optional.of(
          new ConvolutionView(
              sequence ? Window.square(1, 1, 0) : Window.whole(image),
              1,
              dense.coefficients().codes().weights(),
              dense.coefficients().codes().bias(),
              dense.clip(),
              image,
              input,
              output));
    }
    return Optional.empty();
  }

  /**
   * The part of this that computes some rows of the output, from those rows of the input that it
   * needs.
   *
   * @param firstRow of the output
   * @param rows of the output
   */
  ConvolutionView band(int firstRow, int rows) {
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
    return new ConvolutionView(part, groups, weights, bias, clip, partImage, input, output);
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

  /** The constants that turn its sums into the output. */
  public Requantization requantization() {
    return Requantization.of(weights, bias, input.params(), output, clip);
  }

  /** Whether each output sees the whole input once: a matrix product. */
  public boolean isDense() {
    return groups == 1 && window.equals(Window.whole(image));
  }

  /** Shape of the output as {@code [channels, height, width]}. */
  public Shape outputImage() {
    return window.outputShape(image, weights.outChannels());
  }
}
