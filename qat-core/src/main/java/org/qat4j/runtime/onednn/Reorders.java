package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.NativeScope;
import org.qat4j.scheme.QuantParams;

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
    return reorder(scope, from, layout, to, newLayout, scope.own(new primitive_attr())).build();
  }

  /** Codes as the real numbers that they stand for, {@code (code - zeroPoint) * scale}. */
  static Primitive scaled(
      NativeScope scope,
      memory from,
      memory.desc layout,
      memory to,
      memory.desc newLayout,
      QuantParams params) {
    primitive_attr attributes = scope.own(new primitive_attr());
    attributes.set_scales_mask(dnnl.DNNL_ARG_FROM, 0);
    if (params.zeroPoint() != 0) {
      attributes.set_zero_points_mask(dnnl.DNNL_ARG_FROM, 0);
    }
    Primitive.Builder primitive =
        reorder(scope, from, layout, to, newLayout, attributes)
            .argument(
                dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_FROM,
                Memories.floats(scope, new float[] {params.scale()}));
    if (params.zeroPoint() != 0) {
      primitive.argument(
          dnnl.DNNL_ARG_ATTR_ZERO_POINTS | dnnl.DNNL_ARG_FROM,
          Memories.integer(scope, params.zeroPoint()));
    }
    return primitive.build();
  }

  private static Primitive.Builder reorder(
      NativeScope scope,
      memory from,
      memory.desc layout,
      memory to,
      memory.desc newLayout,
      primitive_attr attributes) {
    attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    reorder.primitive_desc description =
        scope.own(
            new reorder.primitive_desc(
                OneDnn.cpu(), layout, OneDnn.cpu(), newLayout, attributes, false));
    return new Primitive.Builder(scope, description, scope.own(new reorder(description)))
        .argument(dnnl.DNNL_ARG_FROM, from)
        .argument(dnnl.DNNL_ARG_TO, to);
  }
}
