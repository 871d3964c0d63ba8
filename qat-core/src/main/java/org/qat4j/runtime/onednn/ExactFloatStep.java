package org.qat4j.runtime.onednn;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.qat4j.graph.Requantization;
import org.qat4j.graph.Shape;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.ConvolutionView;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;

/** Codes to integers in float32, one convolution for each digit, and requantization of the sum. */
final class ExactFloatStep implements Step {
  private final NativeScope scope;
  private final ConvolutionView layer;
  private final Buffer input;
  private final FloatBuffer integers;
  private final Primitive[] convolutions;
  private final FloatBuffer[] sums;
  private final int digit;
  private final Buffer output;
  private final Requantization requantization;

  ExactFloatStep(
      NativeScope scope,
      ConvolutionView layer,
      Buffer input,
      BytePointer integers,
      Primitive[] convolutions,
      BytePointer[] sums,
      int digit,
      Buffer output) {
    this.scope = scope;
    this.layer = layer;
    this.input = input;
    this.integers = floats(integers);
    this.convolutions = convolutions.clone();
    this.sums = new FloatBuffer[sums.length];
    for (int d = 0; d < sums.length; d++) {
      this.sums[d] = floats(sums[d]);
    }
    this.digit = digit;
    this.output = output;
    this.requantization = layer.requantization();
  }

  private static FloatBuffer floats(BytePointer values) {
    return values.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  @Override
  public void run() {
    int zero = input.tensor().params().zeroPoint();
    for (int i = 0; i < input.elements(); i++) {
      integers.put(i, input.code(i) - zero);
    }
    for (Primitive convolution : convolutions) {
      convolution.execute();
    }
    Shape shape = layer.outputImage();
    int pixels = shape.height() * shape.width();
    int at = 0;
    for (int n = 0; n < output.batch(); n++) {
      for (int pixel = 0; pixel < pixels; pixel++) {
        for (int c = 0; c < shape.channels(); c++) {
          store(n, pixel, c, accumulator(at), at);
          at++;
        }
      }
    }
  }

  private int accumulator(int at) {
    int sum = (int) sums[0].get(at);
    return sums.length == 1 ? sum : sum + digit * (int) sums[1].get(at);
  }

  private void store(int image, int pixel, int channel, int accumulator, int at) {
    if (output.tensor().isCodes()) {
      output.setCode(at, requantization.code(channel, accumulator));
    } else {
      int width = layer.outputImage().width();
      int to = output.index(image, channel, pixel / width, pixel % width);
      output.setReal(to, layer.clip().apply(requantization.real(channel, accumulator)));
    }
  }

  @Override
  public String implementation() {
    return convolutions[0].implementation();
  }

  @Override
  public void close() {
    scope.close();
  }
}
