package org.qat4j.runtime.reference;

import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Requantization;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.QuantParams;

/** Where real numbers become codes, codes real numbers, and codes other codes. */
final class ConvertReference {
  private ConvertReference() {}

  static Step quantize(ConvertOp.Quantize op, Buffer[] inputs, Buffer output) {
    QuantParams params = output.tensor().params();
    return () ->
        Elements.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> {
              float real = inputs[0].real(inputs[0].index(n, c, y, x));
              output.setCode(output.index(n, c, y, x), params.quantize(real));
            });
  }

  /** Each image by its own smallest and largest number; NaN is neither. */
  static Step quantizeDynamic(ConvertOp.QuantizeDynamic op, Buffer[] inputs, Buffer output) {
    Shape shape = output.shape();
    return () -> {
      for (int n = 0; n < output.batch(); n++) {
        QuantParams params = params(inputs[0], n);
        output.setParams(n, params.scale(), params.zeroPoint());
        Elements.forImage(
            n,
            shape,
            (i, c, y, x) -> {
              float real = inputs[0].real(inputs[0].index(i, c, y, x));
              output.setCode(output.index(i, c, y, x), params.quantize(real));
            });
      }
    };
  }

  private static QuantParams params(Buffer input, int image) {
    float[] ends = {0, 0};
    Elements.forImage(
        image,
        input.shape(),
        (n, c, y, x) -> {
          float real = input.real(input.index(n, c, y, x));
          ends[0] = real < ends[0] ? real : ends[0];
          ends[1] = real > ends[1] ? real : ends[1];
        });
    return Tensor.DynamicCodes.params(ends[0], ends[1]);
  }

  static Step dequantize(ConvertOp.Dequantize op, Buffer[] inputs, Buffer output) {
    QuantParams params = inputs[0].tensor().params();
    return () ->
        Elements.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> {
              int code = inputs[0].code(inputs[0].index(n, c, y, x));
              output.setReal(output.index(n, c, y, x), params.dequantize(code));
            });
  }

  static Step requantize(ConvertOp.Requantize op, Buffer[] inputs, Buffer output) {
    return requantize(inputs[0], output, 0, op.clip());
  }

  /** To channels of the output from the first named on. */
  static Step requantize(Buffer input, Buffer output, int firstChannel, Clip clip) {
    QuantParams in = input.tensor().params();
    Requantization requantization = Requantization.mean(1, in, output.tensor().params(), clip);
    return () ->
        Elements.forEach(
            input.batch(),
            input.shape(),
            (n, c, y, x) -> {
              int acc = input.code(input.index(n, c, y, x)) - in.zeroPoint();
              output.setCode(output.index(n, firstChannel + c, y, x), requantization.code(0, acc));
            });
  }
}
