package org.qat4j.runtime.onednn;

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
 * QuantizeLinear: a division, rounded and saturated by the output type, then a change of layout.
 */
record Int8Quantize(Tensor from, Tensor to) implements Kernel {
  @Override
  public String name() {
    return "quantize";
  }

  @Override
  public Step bind(Binding binding) {
    return NativeScope.filled(scope -> bind(scope, binding.buffer(from), binding.buffer(to)));
  }

  private static Step bind(NativeScope scope, Buffer input, Buffer output) {
    Shape shape = output.shape();
    long[] dims = {output.batch(), shape.channels(), shape.height(), shape.width()};
    memory.data_type type = Memories.type(output.type());
    memory.desc nchw = Memories.desc(scope, dims, type, memory.format_tag.nchw);
    if (shape.channels() == 1 || shape.height() * shape.width() == 1) {
      memory codes = Memories.of(scope, nchw, output);
      return new NativeStep(scope, division(scope, dims, input, output.tensor(), nchw, codes));
    }
    memory.desc nhwc = Memories.desc(scope, dims, type, memory.format_tag.nhwc);
    memory codes = Memories.allocate(scope, nchw);
    return new NativeStep(
        scope,
        division(scope, dims, input, output.tensor(), nchw, codes),
        Reorders.reorder(scope, codes, nchw, Memories.of(scope, nhwc, output), nhwc));
  }

  private static Primitive division(
      NativeScope scope, long[] dims, Buffer input, Tensor to, memory.desc layout, memory codes) {
    memory.desc source = Memories.desc(scope, dims, memory.data_type.f32, memory.format_tag.nchw);
    memory scale =
        Memories.floats(
            scope,
            new long[] {1, 1, 1, 1},
            memory.format_tag.nchw,
            new float[] {to.params().scale()});
    primitive_attr attributes = scope.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    attributes.set_post_ops(rounding(scope, to));
    binary.primitive_desc description =
        scope.own(
            new binary.primitive_desc(
                OneDnn.cpu(),
                dnnl.dnnl_binary_div,
                source,
                scope.own(scale.get_desc()),
                layout,
                attributes,
                false));
    return new Primitive.Builder(scope, description, scope.own(new binary(description)))
        .argument(dnnl.DNNL_ARG_SRC_0, Memories.of(scope, source, input))
        .argument(dnnl.DNNL_ARG_SRC_1, scale)
        .argument(dnnl.DNNL_ARG_DST, codes)
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
