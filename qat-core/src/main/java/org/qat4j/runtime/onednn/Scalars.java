package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.qat4j.runtime.NativeScope;

/** Primitives that combine every element of an image with one number. */
final class Scalars {
  private Scalars() {}

  static memory of(NativeScope scope, float value) {
    return Memories.floats(
        scope, new long[] {1, 1, 1, 1}, memory.format_tag.nchw, new float[] {value});
  }

  /**
   * A primitive that still lacks the arguments of what comes after.
   *
   * @param algorithm of oneDNN's binary primitives; the number is its second operand
   * @param after what is done with the result before it is stored
   */
  static Primitive.Builder apply(
      NativeScope scope, int algorithm, memory from, memory number, post_ops after, memory to) {
    primitive_attr attributes = scope.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    attributes.set_post_ops(after);
    binary.primitive_desc description =
        scope.own(
            new binary.primitive_desc(
                OneDnn.cpu(),
                algorithm,
                scope.own(from.get_desc()),
                scope.own(number.get_desc()),
                scope.own(to.get_desc()),
                attributes,
                false));
    return new Primitive.Builder(scope, description, scope.own(new binary(description)))
        .argument(dnnl.DNNL_ARG_SRC_0, from)
        .argument(dnnl.DNNL_ARG_SRC_1, number)
        .argument(dnnl.DNNL_ARG_DST, to);
  }
}
