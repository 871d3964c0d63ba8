package org.qat4j.runtime.reference;

import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.Requantization;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.QuantParams;

/** A change of parameters with one multiplier for positive and another for negative numbers. */
final class LeakyReluReference {
  private LeakyReluReference() {}

  static Step leakyRelu(FunctionOp.LeakyRelu op, Buffer[] inputs, Buffer output) {
    Buffer input = inputs[0];
    QuantParams in = input.tensor().params();
    Requantization requantization = Requantization.leaky(op.slope(), in, output.tensor().params());
    return () ->
        Elements.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> {
              int value = input.code(input.index(n, c, y, x)) - in.zeroPoint();
              int code = requantization.code(value < 0 ? 1 : 0, value);
              output.setCode(output.index(n, c, y, x), code);
            });
  }
}
