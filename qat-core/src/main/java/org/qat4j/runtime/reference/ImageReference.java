package org.qat4j.runtime.reference;

import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Region;
import org.qat4j.runtime.Step;

/** Operations that move pixels and change no code. */
final class ImageReference {
  private ImageReference() {}

  static Step pad(Region region, Buffer[] inputs, Buffer output) {
    Op.Pad pad = (Op.Pad) region.first().op();
    Buffer input = inputs[0];
    Shape shape = input.shape();
    int zero = input.tensor().params().zeroPoint();
    return () ->
        RealReference.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> {
              int fromY = y - pad.top();
              int fromX = x - pad.left();
              boolean inside =
                  fromY >= 0 && fromY < shape.height() && fromX >= 0 && fromX < shape.width();
              int code = inside ? input.code(input.index(n, c, fromY, fromX)) : zero;
              output.setCode(output.index(n, c, y, x), code);
            });
  }

  static Step upsample(Region region, Buffer[] inputs, Buffer output) {
    Op.Upsample upsample = (Op.Upsample) region.first().op();
    Buffer input = inputs[0];
    return () ->
        RealReference.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> {
              int from = input.index(n, c, y / upsample.heightFactor(), x / upsample.widthFactor());
              output.setCode(output.index(n, c, y, x), input.code(from));
            });
  }
}
