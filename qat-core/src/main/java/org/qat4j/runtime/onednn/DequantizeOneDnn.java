package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.memory;
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
    memory.data_type type = Memories.type(input.type());
    memory.desc codes = Memories.elements(scope, input, type);
    memory.desc reals = Memories.elements(scope, output, memory.data_type.f32);
    if (!output.isChannelsLast()) {
      codes = Memories.image(scope, input, type, memory.format_tag.nhwc);
      reals = Memories.image(scope, output, memory.data_type.f32, memory.format_tag.nchw);
    }
    memory from = Memories.of(scope, codes, input);
    memory to = Memories.of(scope, reals, output);
    QuantParams params = input.tensor().params();
    return new NativeStep(scope, Reorders.scaled(scope, from, codes, to, reals, params));
  }
}
