package org.qat4j.runtime.reference;

import java.util.function.IntUnaryOperator;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Requantization;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/**
 * Convolution and dense of codes: an exact integer sum, then one multiply and one add in float32.
 */
final class LinearReference {
  private final LinearOp.Conv conv;
  private final Weights weights;
  private final Buffer input;
  private final Buffer output;
  private final Requantization requantization;

  private LinearReference(LinearOp.Conv conv, Buffer input, Buffer output) {
    this.conv = conv;
    this.weights = conv.coefficients().codes().weights();
    this.input = input;
    this.output = output;
    this.requantization = conv.requantization(input.tensor(), output.tensor());
  }

  static Step conv(LinearOp.Conv conv, Buffer[] inputs, Buffer output) {
    return new LinearReference(conv, inputs[0], output)::run;
  }

  /** A dense layer is a 1x1 convolution of a 1x1 image, or of an image with a row for each step. */
  static Step dense(LinearOp.Dense dense, Buffer[] inputs, Buffer output) {
    Window window = Window.square(1, 1, 0);
    return conv(new LinearOp.Conv(window, 1, dense.coefficients(), dense.clip()), inputs, output);
  }

  /** The same sum of codes whose scale is the image's, then one multiply and one add in float32. */
  static Step dynamicDense(LinearOp.Dense dense, Buffer[] inputs, Buffer output) {
    Buffer input = inputs[0];
    Coefficients.OfDynamicCodes weights = dense.coefficients().dynamicCodes();
    return () ->
        Elements.forEach(
            output.batch(),
            output.shape(),
            (n, o, y, x) -> {
              float sum =
                  dynamicSum(
                      weights,
                      o,
                      input.scale(n),
                      input.zeroPoint(n),
                      i -> input.code(input.index(n, i, y, x)));
              output.setReal(output.index(n, o, y, x), dense.clip().apply(sum));
            });
  }

  /**
   * One output of codes whose scale is computed while running.
   *
   * @param code of each input
   */
  static float dynamicSum(
      Coefficients.OfDynamicCodes codes, int o, float scale, int zero, IntUnaryOperator code) {
    Weights weights = codes.weights();
    long acc = 0;
    for (int i = 0; i < codes.fanIn(); i++) {
      acc += (long) (code.applyAsInt(i) - zero) * (weights.code(o, i) - weights.zeroPoint(o));
    }
    float multiplier = scale * weights.scale(o);
    return (float) acc * multiplier + codes.bias().at(o);
  }

  private void run() {
    Elements.forEach(
        output.batch(),
        output.shape(),
        (n, o, y, x) ->
            store(
                output,
                output.index(n, o, y, x),
                requantization,
                o,
                accumulate(n, o, y, x),
                conv.clip()));
  }

  private long accumulate(int image, int o, int outY, int outX) {
    Window window = conv.window();
    Shape shape = input.shape();
    int perGroup = shape.channels() / conv.groups();
    int firstChannel = o / (weights.outChannels() / conv.groups()) * perGroup;
    int inputZero = input.tensor().params().zeroPoint();
    long acc = 0;
    for (int c = 0; c < perGroup; c++) {
      for (int ky = 0; ky < window.kernelHeight(); ky++) {
        for (int kx = 0; kx < window.kernelWidth(); kx++) {
          int y = outY * window.strideHeight() - window.padTop() + ky * window.dilationHeight();
          int x = outX * window.strideWidth() - window.padLeft() + kx * window.dilationWidth();
          if (y >= 0 && y < shape.height() && x >= 0 && x < shape.width()) {
            int weight =
                weights.code(o, (c * window.kernelHeight() + ky) * window.kernelWidth() + kx);
            int code = input.code(input.index(image, firstChannel + c, y, x));
            acc += (long) (code - inputZero) * (weight - weights.zeroPoint(o));
          }
        }
      }
    }
    return acc;
  }

  private static void store(
      Buffer output, int index, Requantization requantization, int channel, long acc, Clip clip) {
    switch (output.type()) {
      case U8, S8, U16, S16 -> output.setCode(index, requantization.code(channel, acc));
      case F32 -> output.setReal(index, clip.apply(requantization.real(channel, acc)));
    }
  }
}
