package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.qat4j.runtime.Activation;
import org.qat4j.runtime.NativeScope;

/** Changes of layout. */
final class Reorders {
  private Reorders() {}

  /** Real numbers from NHWC to the NCHW that callers get. */
  static Primitive toNchw(
      NativeScope scope, memory from, memory.desc nhwc, long[] dims, Activation to) {
    memory.desc nchw = Memories.desc(scope, dims, memory.data_type.f32, memory.format_tag.nchw);
    primitive_attr attributes = scope.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    reorder.primitive_desc description =
        scope.own(
            new reorder.primitive_desc(OneDnn.cpu(), nhwc, OneDnn.cpu(), nchw, attributes, false));
    return new Primitive.Builder(scope, description, scope.own(new reorder(description)))
        .argument(dnnl.DNNL_ARG_FROM, from)
        .argument(dnnl.DNNL_ARG_TO, Memories.of(scope, nchw, to))
        .build();
  }
}
