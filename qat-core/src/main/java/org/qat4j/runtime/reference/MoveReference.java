package org.qat4j.runtime.reference;

import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Shape;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** Operations that move elements and change none. */
final class MoveReference {
  private MoveReference() {}

  static Step pad(MoveOp.Pad pad, Buffer[] inputs, Buffer output) {
    Buffer input = inputs[0];
    Shape shape = input.shape();
    int zero = input.tensor().params().zeroPoint();
    return () ->
        Elements.forEach(
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

  static Step upsample(MoveOp.Upsample upsample, Buffer[] inputs, Buffer output) {
    Buffer input = inputs[0];
    return () ->
        Elements.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> {
              int from = input.index(n, c, y / upsample.heightFactor(), x / upsample.widthFactor());
              output.setCode(output.index(n, c, y, x), input.code(from));
            });
  }

  static Step flatten(MoveOp.Flatten op, Buffer[] inputs, Buffer output) {
    Buffer input = inputs[0];
    Shape shape = input.shape();
    return () ->
        Elements.forEach(
            input.batch(),
            shape,
            (n, c, y, x) -> {
              int to = output.index(n, shape.position(c, y, x), 0, 0);
              output.copy(input, input.index(n, c, y, x), to);
            });
  }

  static Step steps(MoveOp.Steps op, Buffer[] inputs, Buffer output) {
    Buffer input = inputs[0];
    int first = op.from(input.shape().height());
    return () ->
        Elements.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) ->
                output.copy(input, input.index(n, c, first + y, x), output.index(n, c, y, x)));
  }

  static Step identity(MoveOp.Identity op, Buffer[] inputs, Buffer output) {
    return () -> {
      for (int i = 0; i < output.elements(); i++) {
        output.copy(inputs[0], i, i);
      }
    };
  }
}
