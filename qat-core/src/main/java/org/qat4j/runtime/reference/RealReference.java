package org.qat4j.runtime.reference;

import org.qat4j.graph.Shape;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Region;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.QuantParams;

/** Where real numbers become codes and codes real numbers. */
final class RealReference {
  private RealReference() {}

  /** Visits the elements of a batch. */
  @FunctionalInterface
  interface Element {
    void at(int image, int channel, int y, int x);
  }

  static void forEach(int batch, Shape shape, Element element) {
    for (int n = 0; n < batch; n++) {
      for (int c = 0; c < shape.channels(); c++) {
        for (int y = 0; y < shape.height(); y++) {
          for (int x = 0; x < shape.width(); x++) {
            element.at(n, c, y, x);
          }
        }
      }
    }
  }

  static Step quantize(Region region, Buffer[] inputs, Buffer output) {
    QuantParams params = output.tensor().params();
    return () ->
        forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> {
              float real = inputs[0].real(inputs[0].index(n, c, y, x));
              output.setCode(output.index(n, c, y, x), params.quantize(real));
            });
  }

  static Step dequantize(Region region, Buffer[] inputs, Buffer output) {
    QuantParams params = inputs[0].tensor().params();
    return () ->
        forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> {
              int code = inputs[0].code(inputs[0].index(n, c, y, x));
              output.setReal(output.index(n, c, y, x), params.dequantize(code));
            });
  }

  static Step softmax(Region region, Buffer[] inputs, Buffer output) {
    int features = output.shape().elements();
    return () -> {
      for (int n = 0; n < output.batch(); n++) {
        softmax(inputs[0], output, n * features, features);
      }
    };
  }

  /** exp(x - max) / sum in double, rounded once: large inputs do not overflow. */
  private static void softmax(Buffer input, Buffer output, int first, int count) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = first; i < first + count; i++) {
      largest = Math.max(largest, input.real(i));
    }
    double sum = 0;
    for (int i = first; i < first + count; i++) {
      sum += Math.exp((double) input.real(i) - largest);
    }
    for (int i = first; i < first + count; i++) {
      output.setReal(i, (float) (Math.exp((double) input.real(i) - largest) / sum));
    }
  }
}
