package org.qat4j.runtime.toy;

import java.util.List;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Requantization;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** The arithmetic of the toy's operations, element by element. */
final class ToyOps {
  private ToyOps() {}

  /** The code of one element. */
  @FunctionalInterface
  private interface Element {
    int code(int image, int channel, int y, int x);
  }

  static boolean supports(Op op) {
    return op instanceof LinearOp.Conv || op instanceof JoinOp.Add || op instanceof PoolOp.MaxPool;
  }

  static Step step(Op op, List<ToyTensor> inputs, ToyTensor output, int batch) {
    if (op instanceof LinearOp.Conv conv) {
      return each(output, batch, conv(conv, inputs.get(0), output));
    } else if (op instanceof JoinOp.Add add) {
      return each(output, batch, add(add, inputs.get(0), inputs.get(1), output));
    }
    return each(output, batch, max(((PoolOp.MaxPool) op).window(), inputs.get(0)));
  }

  private static Step each(ToyTensor output, int batch, Element element) {
    Shape shape = output.shape();
    return () -> {
      for (int n = 0; n < batch; n++) {
        for (int c = 0; c < shape.channels(); c++) {
          for (int y = 0; y < shape.height(); y++) {
            for (int x = 0; x < shape.width(); x++) {
              output.set(n, c, y, x, element.code(n, c, y, x));
            }
          }
        }
      }
    };
  }

  /** What is done with the code under one tap of a window. */
  @FunctionalInterface
  private interface Tap {
    void at(int tap, int y, int x);
  }

  private static void inside(Window window, Shape shape, int outY, int outX, Tap tap) {
    for (int k = 0; k < window.kernelArea(); k++) {
      int ky = k / window.kernelWidth();
      int kx = k % window.kernelWidth();
      int y = outY * window.strideHeight() - window.padTop() + ky * window.dilationHeight();
      int x = outX * window.strideWidth() - window.padLeft() + kx * window.dilationWidth();
      if (y >= 0 && y < shape.height() && x >= 0 && x < shape.width()) {
        tap.at(k, y, x);
      }
    }
  }

  private static Element conv(LinearOp.Conv conv, ToyTensor input, ToyTensor output) {
    Weights weights = conv.coefficients().codes().weights();
    QuantParams in = input.tensor().params();
    Requantization requantization = conv.requantization(input.tensor(), output.tensor());
    int perGroup = input.shape().channels() / conv.groups();
    int outputs = weights.outChannels() / conv.groups();
    int area = conv.window().kernelArea();
    return (n, o, outY, outX) -> {
      long[] sum = new long[1];
      for (int c = 0; c < perGroup; c++) {
        int first = c * area;
        int channel = o / outputs * perGroup + c;
        inside(
            conv.window(),
            input.shape(),
            outY,
            outX,
            (tap, y, x) ->
                sum[0] +=
                    (long) (input.code(n, channel, y, x) - in.zeroPoint())
                        * (weights.code(o, first + tap) - weights.zeroPoint(o)));
      }
      return requantization.code(o, sum[0]);
    };
  }

  private static Element add(JoinOp.Add add, ToyTensor a, ToyTensor b, ToyTensor output) {
    QuantParams y = output.tensor().params();
    IntRange codes = add.clip().codes(y);
    return (n, c, row, x) ->
        codes.clamp(
            Math.rint(term(a, y, a.code(n, c, row, x)) + term(b, y, b.code(n, c, row, x)))
                + y.zeroPoint());
  }

  private static float term(ToyTensor operand, QuantParams output, int code) {
    QuantParams params = operand.tensor().params();
    return (code - params.zeroPoint()) * Requantization.addend(params, output);
  }

  private static Element max(Window window, ToyTensor input) {
    return (n, c, outY, outX) -> {
      int[] largest = {input.tensor().params().range().min()};
      inside(
          window,
          input.shape(),
          outY,
          outX,
          (tap, y, x) -> largest[0] = Math.max(largest[0], input.code(n, c, y, x)));
      return largest[0];
    };
  }
}
