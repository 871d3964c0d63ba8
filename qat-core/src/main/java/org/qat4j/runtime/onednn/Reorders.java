package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.NativeScope;

/** Changes of layout. */
final class Reorders {
  private Reorders() {}

  /** Real numbers from NHWC to the NCHW that callers get. */
  static Primitive toNchw(
      NativeScope scope, memory from, memory.desc nhwc, long[] dims, Buffer to) {
    memory.desc nchw = Memories.desc(scope, dims, memory.data_type.f32, memory.format_tag.nchw);
    return reorder(scope, from, nhwc, Memories.of(scope, nchw, to), nchw);
  }

  /** The same values in another layout. */
  static Primitive reorder(
      NativeScope scope, memory from, memory.desc layout, memory to, memory.desc newLayout) {
    primitive_attr attributes = scope.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    reorder.primitive_desc description =
        scope.own(
            new reorder.primitive_desc(
                OneDnn.cpu(), layout, OneDnn.cpu(), newLayout, attributes, false));
    return new Primitive.Builder(scope, description, scope.own(new reorder(description)))
        .argument(dnnl.DNNL_ARG_FROM, from)
        .argument(dnnl.DNNL_ARG_TO, to)
        .build();
  }
}
