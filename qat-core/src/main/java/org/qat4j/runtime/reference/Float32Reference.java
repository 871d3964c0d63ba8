package org.qat4j.runtime.reference;

import java.util.Map;
import org.qat4j.graph.Op;
import org.qat4j.graph.RealOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Region;
import org.qat4j.runtime.Step;

/**
 * Float islands: plain float32 arithmetic, each step rounded, sums from the first term to the last.
 * The order is part of the definition.
 */
final class Float32Reference {
  /** Computes one element of the output. */
  @FunctionalInterface
  private interface Formula {
    float at(int image, int channel, int y, int x);
  }

  /** Makes the formula of one operation. */
  @FunctionalInterface
  private interface Definition {
    Formula of(RealOp op, Buffer[] inputs);
  }

  private static final Map<Class<? extends RealOp>, Definition> DEFINITIONS =
      Map.ofEntries(
          Map.entry(RealOp.Conv.class, (op, in) -> conv((RealOp.Conv) op, in[0])),
          Map.entry(RealOp.Dense.class, (op, in) -> dense((RealOp.Dense) op, in[0])),
          Map.entry(RealOp.ScaleShift.class, (op, in) -> scaleShift((RealOp.ScaleShift) op, in[0])),
          Map.entry(RealOp.Divide.class, (op, in) -> divide((RealOp.Divide) op, in[0])),
          Map.entry(RealOp.MaxPool.class, (op, in) -> max(((RealOp.MaxPool) op).window(), in[0])),
          Map.entry(RealOp.AveragePool.class, (op, in) -> average((RealOp.AveragePool) op, in[0])),
          Map.entry(
              RealOp.GlobalAveragePool.class,
              (op, in) -> mean(Window.whole(in[0].shape()), false, in[0])),
          Map.entry(RealOp.Pad.class, (op, in) -> pad((RealOp.Pad) op, in[0])),
          Map.entry(RealOp.Upsample.class, (op, in) -> upsample((RealOp.Upsample) op, in[0])),
          Map.entry(RealOp.Concat.class, (op, in) -> concat(in)),
          Map.entry(RealOp.Add.class, Float32Reference::join),
          Map.entry(RealOp.Mul.class, Float32Reference::join),
          Map.entry(RealOp.Clamp.class, Float32Reference::function),
          Map.entry(RealOp.LeakyRelu.class, Float32Reference::function),
          Map.entry(RealOp.Sigmoid.class, Float32Reference::function),
          Map.entry(RealOp.Tanh.class, Float32Reference::function),
          Map.entry(RealOp.HardSigmoid.class, Float32Reference::function),
          Map.entry(RealOp.HardSwish.class, Float32Reference::function));

  private Float32Reference() {}

  static Step real(Region region, Buffer[] inputs, Buffer output) {
    RealOp op = ((Op.Real) region.first().op()).operation();
    Formula formula = DEFINITIONS.get(op.getClass()).of(op, inputs);
    return () ->
        RealReference.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> output.setReal(output.index(n, c, y, x), formula.at(n, c, y, x)));
  }

  private static Formula conv(RealOp.Conv conv, Buffer input) {
    Window window = conv.window();
    int perGroup = input.shape().channels() / conv.groups();
    int outputs = conv.bias().length() / conv.groups();
    return (n, o, outY, outX) -> {
      float sum = 0;
      int weight = o * conv.fanIn();
      for (int c = 0; c < perGroup; c++) {
        for (int ky = 0; ky < window.kernelHeight(); ky++) {
          for (int kx = 0; kx < window.kernelWidth(); kx++, weight++) {
            int y = y(window, outY, ky);
            int x = x(window, outX, kx);
            if (isInside(input.shape(), y, x)) {
              float pixel = input.real(input.index(n, o / outputs * perGroup + c, y, x));
              sum += pixel * conv.weights().at(weight);
            }
          }
        }
      }
      return sum + conv.bias().at(o);
    };
  }

  private static Formula dense(RealOp.Dense dense, Buffer input) {
    Reals weights = dense.weights();
    int features = input.shape().elements();
    return (n, o, y, x) -> {
      float sum = 0;
      for (int i = 0; i < features; i++) {
        sum += input.real(n * features + i) * weights.at(o * features + i);
      }
      return sum + dense.bias().at(o);
    };
  }

  private static Formula scaleShift(RealOp.ScaleShift op, Buffer input) {
    return (n, c, y, x) ->
        input.real(input.index(n, c, y, x)) * op.scales().at(c) + op.shifts().at(c);
  }

  private static Formula divide(RealOp.Divide op, Buffer input) {
    return (n, c, y, x) -> input.real(input.index(n, c, y, x)) / op.divisors().at(c);
  }

  private static Formula max(Window window, Buffer input) {
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

  private static Formula average(RealOp.AveragePool op, Buffer input) {
    return mean(op.window(), op.countPadding(), input);
  }

  private static Formula mean(Window window, boolean countPadding, Buffer input) {
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

  private static Formula pad(RealOp.Pad pad, Buffer input) {
    return (n, c, y, x) ->
        isInside(input.shape(), y - pad.top(), x - pad.left())
            ? input.real(input.index(n, c, y - pad.top(), x - pad.left()))
            : 0;
  }

  private static Formula upsample(RealOp.Upsample op, Buffer input) {
    return (n, c, y, x) ->
        input.real(input.index(n, c, y / op.heightFactor(), x / op.widthFactor()));
  }

  private static Formula concat(Buffer[] inputs) {
    return (n, c, y, x) -> {
      int channel = c;
      int i = 0;
      while (channel >= inputs[i].shape().channels()) {
        channel -= inputs[i++].shape().channels();
      }
      return inputs[i].real(inputs[i].index(n, channel, y, x));
    };
  }

  private static Formula join(RealOp op, Buffer[] inputs) {
    RealOp.Join join = (RealOp.Join) op;
    return (n, c, y, x) ->
        join.apply(repeated(inputs[0], n, c, y, x), repeated(inputs[1], n, c, y, x));
  }

  /** The element there, or the only one along a dimension. */
  private static float repeated(Buffer input, int n, int c, int y, int x) {
    Shape shape = input.shape();
    int channel = Math.min(c, shape.channels() - 1);
    return input.real(
        input.index(n, channel, Math.min(y, shape.height() - 1), Math.min(x, shape.width() - 1)));
  }

  private static Formula function(RealOp op, Buffer[] inputs) {
    RealOp.Function function = (RealOp.Function) op;
    return (n, c, y, x) -> function.apply(inputs[0].real(inputs[0].index(n, c, y, x)));
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
