package org.qat4j.runtime.onednn;

import java.util.List;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.ElementType;
import org.qat4j.runtime.NativeScope;
import org.qat4j.scheme.IntRange;

/** Primitives that add two tensors of codes as docs/numerics.md demands. */
final class Sums {
  private Sums() {}

  /**
   * One operand of a sum in memory.
   *
   * @param values codes without a zero point, still to be multiplied by {@code scale}, or finished
   *     terms, then with scale 1
   */
  record Term(memory.desc layout, memory values, float scale) {}

  private static memory.desc layout(NativeScope scope, Buffer buffer, memory.data_type type) {
    return Memories.image(scope, buffer, type, memory.format_tag.nhwc);
  }

  /** Codes with zero point 0, as they are: the sum multiplies them. */
  static Term codes(NativeScope scope, Buffer buffer, Addend addend) {
    memory.desc layout = layout(scope, buffer, Memories.type(buffer.type()));
    return new Term(layout, Memories.of(scope, layout, buffer), addend.multiplier());
  }

  /** Memory for finished terms. */
  static Term finished(NativeScope scope, Buffer like) {
    memory.desc layout = layout(scope, like, memory.data_type.f32);
    return new Term(layout, Memories.allocate(scope, layout), 1);
  }

  /**
   * Makes finished terms of codes with a zero point. Two primitives, because oneDNN has no fast one
   * from 8-bit codes to real numbers that also computes.
   */
  static List<Primitive> finish(NativeScope scope, Buffer codes, Addend addend, Term to) {
    memory.desc layout = layout(scope, codes, Memories.type(codes.type()));
    memory source = Memories.of(scope, layout, codes);
    Primitive convert = Reorders.reorder(scope, source, layout, to.values(), to.layout());
    post_ops after = scope.own(new post_ops());
    after.append_eltwise(dnnl.dnnl_eltwise_linear, addend.multiplier(), 0);
    memory zero = Scalars.of(scope, addend.zero());
    Primitive compute =
        Scalars.apply(scope, dnnl.dnnl_binary_sub, to.values(), zero, after, to.values()).build();
    return List.of(convert, compute);
  }

  /** The sum of two terms, rounded, moved to the zero point and clamped. */
  static Primitive add(NativeScope scope, Term a, Term b, Clip clip, Buffer output) {
    Tensor tensor = output.tensor();
    memory.desc layout = layout(scope, output, Memories.type(output.type()));
    primitive_attr attributes = attributes(scope, rounding(scope, clip, tensor));
    scale(attributes, dnnl.DNNL_ARG_SRC_0, a);
    scale(attributes, dnnl.DNNL_ARG_SRC_1, b);
    binary.primitive_desc description =
        scope.own(
            new binary.primitive_desc(
                OneDnn.cpu(),
                dnnl.dnnl_binary_add,
                a.layout(),
                b.layout(),
                layout,
                attributes,
                false));
    Primitive.Builder builder =
        new Primitive.Builder(scope, description, scope.own(new binary(description)))
            .argument(dnnl.DNNL_ARG_SRC_0, a.values())
            .argument(dnnl.DNNL_ARG_SRC_1, b.values())
            .argument(dnnl.DNNL_ARG_DST, Memories.of(scope, layout, output));
    scale(scope, builder, dnnl.DNNL_ARG_SRC_0, a);
    scale(scope, builder, dnnl.DNNL_ARG_SRC_1, b);
    return builder.build();
  }

  /** Empty where the output type's own rounding and saturation do it all. */
  private static post_ops rounding(NativeScope scope, Clip clip, Tensor output) {
    post_ops after = scope.own(new post_ops());
    IntRange codes = clip.codes(output.params());
    int zero = output.params().zeroPoint();
    if (zero != 0) {
      after.append_eltwise(dnnl.dnnl_eltwise_round, 0, 0);
      after.append_eltwise(dnnl.dnnl_eltwise_linear, 1, zero);
    }
    if (!codes.equals(ElementType.of(output).range())) {
      after.append_eltwise(dnnl.dnnl_eltwise_clip, codes.min(), codes.max());
    }
    return after;
  }

  private static primitive_attr attributes(NativeScope scope, post_ops after) {
    primitive_attr attributes = scope.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    attributes.set_post_ops(after);
    return attributes;
  }

  private static void scale(primitive_attr attributes, int argument, Term term) {
    if (term.scale() != 1) {
      attributes.set_scales_mask(argument, 0);
    }
  }

  private static void scale(NativeScope scope, Primitive.Builder builder, int argument, Term term) {
    if (term.scale() != 1) {
      builder.argument(
          dnnl.DNNL_ARG_ATTR_SCALES | argument, Memories.floats(scope, new float[] {term.scale()}));
    }
  }
}
