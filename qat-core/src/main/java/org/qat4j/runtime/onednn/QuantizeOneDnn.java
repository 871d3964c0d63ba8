package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.javacpp.BytePointer;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.QuantParams;

/**
 * QuantizeLinear: a division, rounded and saturated by the output type, then, if real numbers lie
 * in another order than codes, a change of layout.
 */
record QuantizeOneDnn(Tensor from, Tensor to) implements Kernel {
  @Override
  public String name() {
    return "quantize";
  }

  @Override
  public Step bind(Binding binding) {
    return NativeScope.filled(scope -> bind(scope, binding.buffer(from), binding.buffer(to)));
  }

  private static Step bind(NativeScope scope, Buffer input, Buffer output) {
    memory.data_type type = Memories.type(output.type());
    if (input.isChannelsLast()) {
      memory codes = Memories.of(scope, Memories.elements(scope, output, type), output);
      return new NativeStep(scope, division(scope, input, output.tensor(), codes));
    }
    memory.desc nchw = Memories.image(scope, output, type, memory.format_tag.nchw);
    memory.desc nhwc = Memories.image(scope, output, type, memory.format_tag.nhwc);
    memory.desc elements = Memories.elements(scope, output, type);
    BytePointer data = scope.allocate(elements.get_size());
    memory inOrder = Memories.of(scope, elements, data);
    memory codes = Memories.of(scope, nchw, data);
    return new NativeStep(
        scope,
        division(scope, input, output.tensor(), inOrder),
        Reorders.reorder(scope, codes, nchw, Memories.of(scope, nhwc, output), nhwc));
  }

  private static Primitive division(NativeScope scope, Buffer input, Tensor to, memory codes) {
    memory.desc source = Memories.elements(scope, input, memory.data_type.f32);
    memory reals = Memories.of(scope, source, input);
    memory scale = Scalars.of(scope, to.params().scale());
    return Scalars.apply(scope, dnnl.dnnl_binary_div, reals, scale, rounding(scope, to), codes)
        .build();
  }

  /** The clip is there for NaN, which saturation alone would send to the upper end. */
  private static post_ops rounding(NativeScope scope, Tensor to) {
    QuantParams params = to.params();
    post_ops after = scope.own(new post_ops());
    if (params.zeroPoint() != 0) {
      after.append_eltwise(dnnl.dnnl_eltwise_round, 0, 0);
      after.append_eltwise(dnnl.dnnl_eltwise_linear, 1, params.zeroPoint());
    }
    after.append_eltwise(dnnl.dnnl_eltwise_clip, params.range().min(), params.range().max());
    return after;
  }
}
