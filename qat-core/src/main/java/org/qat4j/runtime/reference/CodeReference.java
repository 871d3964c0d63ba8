package org.qat4j.runtime.reference;

import java.util.ArrayList;
import java.util.List;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Op;
import org.qat4j.graph.Requantization;
import org.qat4j.graph.Shape;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Region;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Operations from codes to codes, element by element. */
final class CodeReference {
  private CodeReference() {}

  static Step add(Region region, Buffer[] inputs, Buffer output) {
    QuantParams a = inputs[0].tensor().params();
    QuantParams b = inputs[1].tensor().params();
    QuantParams y = output.tensor().params();
    float multiplierA = Requantization.addend(a, y);
    float multiplierB = Requantization.addend(b, y);
    IntRange codes = ((Op.Add) region.first().op()).clip().codes(y);
    return () -> {
      for (int i = 0; i < output.elements(); i++) {
        float left = (inputs[0].code(i) - a.zeroPoint()) * multiplierA;
        float right = (inputs[1].code(i) - b.zeroPoint()) * multiplierB;
        output.setCode(i, codes.clamp(Math.rint(left + right) + y.zeroPoint()));
      }
    };
  }

  static Step requantize(Region region, Buffer[] inputs, Buffer output) {
    Clip clip = ((Op.Requantize) region.first().op()).clip();
    return requantize(inputs[0], output, 0, clip);
  }

  static Step concat(Region region, Buffer[] inputs, Buffer output) {
    List<Step> steps = new ArrayList<>();
    int firstChannel = 0;
    for (Buffer input : inputs) {
      steps.add(requantize(input, output, firstChannel, Clip.NONE));
      firstChannel += input.shape().channels();
    }
    return () -> steps.forEach(Step::run);
  }

  private static Step requantize(Buffer input, Buffer output, int firstChannel, Clip clip) {
    QuantParams in = input.tensor().params();
    Requantization requantization = Requantization.mean(1, in, output.tensor().params(), clip);
    return () ->
        RealReference.forEach(
            input.batch(),
            input.shape(),
            (n, c, y, x) -> {
              int acc = input.code(input.index(n, c, y, x)) - in.zeroPoint();
              output.setCode(output.index(n, firstChannel + c, y, x), requantization.code(0, acc));
            });
  }

  static Step flatten(Region region, Buffer[] inputs, Buffer output) {
    Buffer input = inputs[0];
    Shape shape = input.shape();
    return () ->
        RealReference.forEach(
            input.batch(),
            shape,
            (n, c, y, x) -> {
              int feature = (c * shape.height() + y) * shape.width() + x;
              copy(input, input.index(n, c, y, x), output, output.index(n, feature, 0, 0));
            });
  }

  static Step identity(Region region, Buffer[] inputs, Buffer output) {
    return () -> {
      for (int i = 0; i < output.elements(); i++) {
        copy(inputs[0], i, output, i);
      }
    };
  }

  private static void copy(Buffer from, int fromIndex, Buffer to, int toIndex) {
    if (from.tensor().isCodes()) {
      to.setCode(toIndex, from.code(fromIndex));
    } else {
      to.setReal(toIndex, from.real(fromIndex));
    }
  }
}
