package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.dnnl.primitive_attr;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;

/** Max pooling of 8-bit codes, NHWC. */
record MaxPoolOneDnn(Window window, Tensor from, Tensor to) implements Kernel {
  /** Whether oneDNN's conditions hold: no window lies in the padding alone. */
  static boolean supports(Window window) {
    return window.padTop() < window.kernelHeight()
        && window.padLeft() < window.kernelWidth()
        && window.padBottom() < window.kernelHeight()
        && window.padRight() < window.kernelWidth()
        && window.dilationHeight() == 1
        && window.dilationWidth() == 1;
  }

  @Override
  public String name() {
    return "maxpool";
  }

  @Override
  public Step bind(Binding binding) {
    return NativeScope.filled(scope -> new NativeStep(scope, bind(scope, binding)));
  }

  private Primitive bind(NativeScope scope, Binding binding) {
    Buffer input = binding.buffer(from);
    Buffer output = binding.buffer(to);
    memory.desc source = nhwc(scope, input);
    memory.desc result = nhwc(scope, output);
    primitive_attr attributes = scope.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    pooling_forward.primitive_desc description =
        scope.own(
            new pooling_forward.primitive_desc(
                OneDnn.cpu(),
                dnnl.dnnl_forward_inference,
                dnnl.dnnl_pooling_max,
                source,
                result,
                new long[] {window.strideHeight(), window.strideWidth()},
                new long[] {window.kernelHeight(), window.kernelWidth()},
                new long[] {0, 0},
                new long[] {window.padTop(), window.padLeft()},
                padBottomRight(),
                attributes,
                false));
    return new Primitive.Builder(scope, description, scope.own(new pooling_forward(description)))
        .argument(dnnl.DNNL_ARG_SRC, Memories.of(scope, source, input))
        .argument(dnnl.DNNL_ARG_DST, Memories.of(scope, result, output))
        .build();
  }

  private static memory.desc nhwc(NativeScope scope, Buffer buffer) {
    return Memories.image(scope, buffer, Memories.type(buffer.type()), memory.format_tag.nhwc);
  }

  /** As many rows and columns as the output needs: strides may leave some over. */
  private long[] padBottomRight() {
    long height = (to.shape().height() - 1L) * window.strideHeight() + window.kernelHeight();
    long width = (to.shape().width() - 1L) * window.strideWidth() + window.kernelWidth();
    return new long[] {
      height - from.shape().height() - window.padTop(),
      width - from.shape().width() - window.padLeft()
    };
  }
}
