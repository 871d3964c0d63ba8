package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.qat4j.runtime.Activation;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;
import org.qat4j.runtime.Storage;

/** Convolution of 8-bit codes, NHWC. */
final class Int8Conv implements Kernel {
  private static final memory.format_tag NHWC = memory.format_tag.nhwc;

  private final Layer layer;
  private final Int8Epilogue epilogue;
  private final PackedWeights weights;

  Int8Conv(Layer layer) {
    this.layer = layer;
    this.epilogue = new Int8Epilogue(layer);
    memory.format_tag tag = layer.groups() == 1 ? memory.format_tag.oihw : memory.format_tag.goihw;
    this.weights =
        new PackedWeights(
            scope -> Memories.bytes(scope, layer.weightDims(), tag, layer.weights().codesOihw()));
  }

  @Override
  public String name() {
    return "conv";
  }

  @Override
  public Step bind(Binding binding) {
    NativeScope scope = new NativeScope();
    try {
      return bind(scope, binding);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  private Step bind(NativeScope scope, Binding binding) {
    Activation input = binding.activation(layer.input());
    Activation output = binding.activation(layer.output());
    memory.desc source =
        Memories.desc(
            scope, layer.inputDims(binding.batch()), Memories.type(input.storage()), NHWC);
    memory.desc result =
        Memories.desc(
            scope, layer.outputDims(binding.batch()), Memories.type(output.storage()), NHWC);
    memory bias = Memories.floats(scope, epilogue.offsets());
    memory scales = Memories.floats(scope, epilogue.multipliers());
    convolution_forward.primitive_desc description = description(scope, source, result, bias);
    convolution_forward primitive = scope.own(new convolution_forward(description));
    Primitive.Builder builder = new Primitive.Builder(scope, description, primitive);
    builder.argument(dnnl.DNNL_ARG_SRC, Memories.of(scope, source, input));
    builder.argument(dnnl.DNNL_ARG_WEIGHTS, weights.as(scope.own(description.weights_desc())));
    epilogue.addArguments(scope, builder, scales, bias);
    boolean transposed =
        output.storage() == Storage.F32
            && layer.outputImage().elements() > layer.weights().outChannels();
    memory nhwc =
        transposed ? Memories.allocate(scope, result) : Memories.of(scope, result, output);
    builder.argument(dnnl.DNNL_ARG_DST, nhwc);
    Primitive conv = builder.build();
    return transposed
        ? new NativeStep(
            scope,
            conv,
            Reorders.toNchw(scope, nhwc, result, layer.outputDims(binding.batch()), output))
        : new NativeStep(scope, conv);
  }

  private convolution_forward.primitive_desc description(
      NativeScope scope, memory.desc source, memory.desc result, memory bias) {
    memory.desc packed =
        Memories.desc(scope, layer.weightDims(), memory.data_type.s8, memory.format_tag.any);
    primitive_attr attributes = epilogue.attributes(scope, layer.groups() == 1 ? 1 : 3);
    return ConvImplementation.choose(
        layer,
        scope.own(
            new convolution_forward.primitive_desc(
                OneDnn.cpu(),
                dnnl.dnnl_forward_inference,
                dnnl.dnnl_convolution_direct,
                source,
                packed,
                scope.own(bias.get_desc()),
                result,
                layer.strides(),
                layer.dilations(),
                layer.padTopLeft(),
                layer.padBottomRight(),
                attributes,
                false)));
  }

  @Override
  public void close() {
    weights.close();
  }
}
