package org.qat4j.runtime.onednn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.QuantParams;

/**
 * DequantizeLinear: a change of type and layout, a subtraction and a multiplication. oneDNN's
 * binary primitive from 8-bit codes would be a scalar loop.
 */
record Int8Dequantize(Tensor from, Tensor to) implements Kernel {
  @Override
  public String name() {
    return "dequantize";
  }

  @Override
  public Step bind(Binding binding) {
    return NativeScope.filled(scope -> bind(scope, binding.buffer(from), binding.buffer(to)));
  }

  private static Step bind(NativeScope scope, Buffer input, Buffer output) {
    Shape shape = input.shape();
    long[] dims = {input.batch(), shape.channels(), shape.height(), shape.width()};
    memory.desc nhwc =
        Memories.desc(scope, dims, Memories.type(input.type()), memory.format_tag.nhwc);
    memory.desc nchw = Memories.desc(scope, dims, memory.data_type.f32, memory.format_tag.nchw);
    memory reals = Memories.of(scope, nchw, output);
    List<Primitive> primitives = new ArrayList<>();
    primitives.add(Reorders.reorder(scope, Memories.of(scope, nhwc, input), nhwc, reals, nchw));
    primitives.add(scaling(scope, nchw, reals, input.tensor().params()));
    return new NativeStep(scope, primitives.toArray(Primitive[]::new));
  }

  /** {@code (code - zeroPoint) * scale} in place, each rounded once. */
  private static Primitive scaling(
      NativeScope scope, memory.desc layout, memory reals, QuantParams params) {
    memory scale = scalar(scope, params.scale());
    memory.desc scalar = scope.own(scale.get_desc());
    boolean shifted = params.zeroPoint() != 0;
    post_ops after = scope.own(new post_ops());
    if (shifted) {
      after.append_binary(dnnl.dnnl_binary_mul, scalar);
    }
    primitive_attr attributes = scope.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    attributes.set_post_ops(after);
    int first = shifted ? dnnl.dnnl_binary_sub : dnnl.dnnl_binary_mul;
    binary.primitive_desc description =
        scope.own(
            new binary.primitive_desc(
                OneDnn.cpu(), first, layout, scalar, layout, attributes, false));
    Primitive.Builder primitive =
        new Primitive.Builder(scope, description, scope.own(new binary(description)))
            .argument(dnnl.DNNL_ARG_SRC_0, reals)
            .argument(dnnl.DNNL_ARG_SRC_1, shifted ? scalar(scope, params.zeroPoint()) : scale)
            .argument(dnnl.DNNL_ARG_DST, reals);
    if (shifted) {
      primitive.argument(dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | dnnl.DNNL_ARG_SRC_1, scale);
    }
    return primitive.build();
  }

  private static memory scalar(NativeScope scope, float value) {
    return Memories.floats(
        scope, new long[] {1, 1, 1, 1}, memory.format_tag.nchw, new float[] {value});
  }
}
