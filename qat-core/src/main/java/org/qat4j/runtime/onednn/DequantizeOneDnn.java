package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
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
record DequantizeOneDnn(Tensor from, Tensor to) implements Kernel {
  @Override
  public String name() {
    return "dequantize";
  }

  @Override
  public Step bind(Binding binding) {
    return NativeScope.filled(scope -> bind(scope, binding.buffer(from), binding.buffer(to)));
  }

  private static Step bind(NativeScope scope, Buffer input, Buffer output) {
    memory.desc nhwc =
        Memories.image(scope, input, Memories.type(input.type()), memory.format_tag.nhwc);
    memory.desc nchw = Memories.image(scope, output, memory.data_type.f32, memory.format_tag.nchw);
    memory reals = Memories.of(scope, nchw, output);
    return new NativeStep(
        scope,
        Reorders.reorder(scope, Memories.of(scope, nhwc, input), nhwc, reals, nchw),
        scaling(scope, reals, input.tensor().params()));
  }

  /** {@code (code - zeroPoint) * scale} in place, each rounded once. */
  private static Primitive scaling(NativeScope scope, memory reals, QuantParams params) {
    memory scale = Scalars.of(scope, params.scale());
    post_ops after = scope.own(new post_ops());
    if (params.zeroPoint() == 0) {
      return Scalars.apply(scope, dnnl.dnnl_binary_mul, reals, scale, after, reals).build();
    }
    after.append_binary(dnnl.dnnl_binary_mul, scope.own(scale.get_desc()));
    memory zero = Scalars.of(scope, params.zeroPoint());
    return Scalars.apply(scope, dnnl.dnnl_binary_sub, reals, zero, after, reals)
        .argument(dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | dnnl.DNNL_ARG_SRC_1, scale)
        .build();
  }
}
