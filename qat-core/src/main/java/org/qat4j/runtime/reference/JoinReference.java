package org.qat4j.runtime.reference;

import java.util.ArrayList;
import java.util.List;
import org.qat4j.graph.Clip;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.Requantization;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Several tensors of codes become one. */
final class JoinReference {
  private JoinReference() {}

  static Step add(JoinOp.Add op, Buffer[] inputs, Buffer output) {
    QuantParams a = inputs[0].tensor().params();
    QuantParams b = inputs[1].tensor().params();
    QuantParams y = output.tensor().params();
    float multiplierA = Requantization.addend(a, y);
    float multiplierB = Requantization.addend(b, y);
    IntRange codes = op.clip().codes(y);
    return () -> {
      for (int i = 0; i < output.elements(); i++) {
        float left = (inputs[0].code(i) - a.zeroPoint()) * multiplierA;
        float right = (inputs[1].code(i) - b.zeroPoint()) * multiplierB;
        output.setCode(i, codes.clamp(Math.rint(left + right) + y.zeroPoint()));
      }
    };
  }

  static Step concat(JoinOp.Concat op, Buffer[] inputs, Buffer output) {
    List<Step> steps = new ArrayList<>();
    int firstChannel = 0;
    for (Buffer input : inputs) {
      steps.add(ConvertReference.requantize(input, output, firstChannel, Clip.NONE));
      firstChannel += input.shape().channels();
    }
    return () -> steps.forEach(Step::run);
  }
}
