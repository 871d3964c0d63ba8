package org.qat4j.runtime.reference;

import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/**
 * Float islands: plain float32 arithmetic, each step rounded, sums from the first term to the last.
 * The order is part of the definition.
 */
final class Float32Reference {
  private Float32Reference() {}

  /** Computes one element of the output. */
  @FunctionalInterface
  interface Element {
    float at(int image, int channel, int y, int x);
  }

  static Step step(Element formula, Buffer output) {
    return () ->
        Elements.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> output.setReal(output.index(n, c, y, x), formula.at(n, c, y, x)));
  }

  static Element conv(LinearOp.Conv conv, Buffer[] inputs) {
    Buffer input = inputs[0];
    Window window = conv.window();
    Coefficients.OfReals reals = conv.coefficients().reals();
    int perGroup = input.shape().channels() / conv.groups();
    int outputs = reals.outChannels() / conv.groups();
    return (n, o, outY, outX) -> {
      float sum = 0;
      int weight = o * reals.fanIn();
      for (int c = 0; c < perGroup; c++) {
        for (int ky = 0; ky < window.kernelHeight(); ky++) {
          for (int kx = 0; kx < window.kernelWidth(); kx++, weight++) {
            int y = y(window, outY, ky);
            int x = x(window, outX, kx);
            if (isInside(input.shape(), y, x)) {
              float pixel = input.real(input.index(n, o / outputs * perGroup + c, y, x));
              sum += pixel * reals.weights().at(weight);
            }
          }
        }
      }
      return conv.clip().apply(sum + reals.bias().at(o));
    };
  }

  static Element dense(LinearOp.Dense dense, Buffer[] inputs) {
    Buffer input = inputs[0];
    Coefficients.OfReals reals = dense.coefficients().reals();
    return (n, o, y, x) ->
        dense.clip().apply(sum(reals, o, i -> input.real(input.index(n, i, y, x))));
  }

  /** A number at each place. */
  @FunctionalInterface
  interface Numbers {
    float at(int index);
  }

  /** One output of a dense layer. */
  static float sum(Coefficients.OfReals reals, int o, Numbers inputs) {
    float sum = 0;
    for (int i = 0; i < reals.fanIn(); i++) {
      sum += inputs.at(i) * reals.weights().at(o * reals.fanIn() + i);
    }
    return sum + reals.bias().at(o);
  }

  static Element scaleShift(ChannelOp.ScaleShift op, Buffer[] inputs) {
    Buffer input = inputs[0];
    return (n, c, y, x) ->
        input.real(input.index(n, c, y, x)) * op.scales().at(c) + op.shifts().at(c);
  }

  static Element divide(ChannelOp.Divide op, Buffer[] inputs) {
    Buffer input = inputs[0];
    return (n, c, y, x) -> input.real(input.index(n, c, y, x)) / op.divisors().at(c);
  }

  static Element max(PoolOp.MaxPool op, Buffer[] inputs) {
    Buffer input = inputs[0];
    Window window = op.window();
    return (n, c, outY, outX) -> {
      float largest = Float.NEGATIVE_INFINITY;
      for (int ky = 0; ky < window.kernelHeight(); ky++) {
        for (int kx = 0; kx < window.kernelWidth(); kx++) {
          int y = y(window, outY, ky);
          int x = x(window, outX, kx);
          if (isInside(input.shape(), y, x)) {
            largest = Math.max(largest, input.real(input.index(n, c, y, x)));
          }
        }
      }
      return largest;
    };
  }

  static Element average(PoolOp.AveragePool op, Buffer[] inputs) {
    return mean(op.window(), op.countPadding(), inputs[0]);
  }

  static Element globalAverage(PoolOp.GlobalAveragePool op, Buffer[] inputs) {
    return mean(Window.whole(inputs[0].shape()), false, inputs[0]);
  }

  private static Element mean(Window window, boolean countPadding, Buffer input) {
    return (n, c, outY, outX) -> {
      float sum = 0;
      int count = 0;
      for (int ky = 0; ky < window.kernelHeight(); ky++) {
        for (int kx = 0; kx < window.kernelWidth(); kx++) {
          int y = y(window, outY, ky);
          int x = x(window, outX, kx);
          if (isInside(input.shape(), y, x)) {
            sum += input.real(input.index(n, c, y, x));
            count++;
          }
        }
      }
      return sum / (countPadding ? window.kernelArea() : Math.max(1, count));
    };
  }

  static Element pad(MoveOp.Pad pad, Buffer[] inputs) {
    Buffer input = inputs[0];
    return (n, c, y, x) ->
        isInside(input.shape(), y - pad.top(), x - pad.left())
            ? input.real(input.index(n, c, y - pad.top(), x - pad.left()))
            : 0;
  }

  static Element upsample(MoveOp.Upsample op, Buffer[] inputs) {
    Buffer input = inputs[0];
    return (n, c, y, x) ->
        input.real(input.index(n, c, y / op.heightFactor(), x / op.widthFactor()));
  }

  static Element concat(JoinOp.Concat op, Buffer[] inputs) {
    return (n, c, y, x) -> {
      int channel = c;
      int i = 0;
      while (channel >= inputs[i].shape().channels()) {
        channel -= inputs[i++].shape().channels();
      }
      return inputs[i].real(inputs[i].index(n, channel, y, x));
    };
  }

  static Element pairs(JoinOp.OfPairs op, Buffer[] inputs) {
    return (n, c, y, x) ->
        op.clip().apply(op.apply(repeated(inputs[0], n, c, y, x), repeated(inputs[1], n, c, y, x)));
  }

  /** The element there, or the only one along a dimension. */
  private static float repeated(Buffer input, int n, int c, int y, int x) {
    Shape shape = input.shape();
    int channel = Math.min(c, shape.channels() - 1);
    return input.real(
        input.index(n, channel, Math.min(y, shape.height() - 1), Math.min(x, shape.width() - 1)));
  }

  static Element function(FunctionOp op, Buffer[] inputs) {
    return (n, c, y, x) -> op.apply(inputs[0].real(inputs[0].index(n, c, y, x)));
  }

  private static int y(Window window, int outY, int ky) {
    return outY * window.strideHeight() - window.padTop() + ky * window.dilationHeight();
  }

  private static int x(Window window, int outX, int kx) {
    return outX * window.strideWidth() - window.padLeft() + kx * window.dilationWidth();
  }

  private static boolean isInside(Shape shape, int y, int x) {
    return y >= 0 && y < shape.height() && x >= 0 && x < shape.width();
  }
}
