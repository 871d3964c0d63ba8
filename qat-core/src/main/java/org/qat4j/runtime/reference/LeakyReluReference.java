package org.qat4j.runtime.reference;

import org.qat4j.graph.Op;
import org.qat4j.runtime.Activation;
import org.qat4j.runtime.Region;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.QuantParams;

/** A change of parameters with one multiplier for positive and another for negative numbers. */
final class LeakyReluReference {
  private LeakyReluReference() {}

  static Step leakyRelu(Region region, Activation[] inputs, Activation output) {
    Activation input = inputs[0];
    QuantParams in = input.tensor().params();
    QuantParams out = output.tensor().params();
    double ratio = (double) in.scale() / out.scale();
    float positive = (float) ratio;
    float negative = (float) (ratio * ((Op.LeakyRelu) region.first().op()).slope());
    return () ->
        RealReference.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> {
              int value = input.code(input.index(n, c, y, x)) - in.zeroPoint();
              float scaled = value * (value < 0 ? negative : positive);
              int code = out.range().clamp(Math.rint(scaled + out.zeroPoint()));
              output.setCode(output.index(n, c, y, x), code);
            });
  }
}
