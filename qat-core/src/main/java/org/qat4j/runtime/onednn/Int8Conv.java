package org.qat4j.runtime.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

/**
 * Convolution of 8-bit codes, NHWC, alone or with the addition that follows it. With the addition,
 * the convolution writes its rounded codes as real terms of the sum, and a second primitive adds.
 */
final class Int8Conv implements Kernel {
  private static final memory.format_tag NHWC = memory.format_tag.nhwc;

  private final Layer layer;
  private final Int8Epilogue epilogue;
  private final PackedWeights weights;
  private final Optional<Int8Add> addition;

  Int8Conv(Layer layer) {
    this(layer, Optional.empty());
  }

  /**
   * A convolution whose output is only read by the addition.
   *
   * @param addition whose first operand is the convolution's output
   */
  Int8Conv(Layer layer, Int8Add addition) {
    this(layer, Optional.of(addition));
  }

  private Int8Conv(Layer layer, Optional<Int8Add> addition) {
    this.layer = layer;
    this.addition = addition;
    this.epilogue = new Int8Epilogue(layer);
    memory.format_tag tag = layer.groups() == 1 ? memory.format_tag.oihw : memory.format_tag.goihw;
    this.weights =
        new PackedWeights(
            scope -> Memories.bytes(scope, layer.weightDims(), tag, layer.weights().codesOihw()));
  }

  @Override
  public String name() {
    return addition.isPresent() ? "conv+add" : "conv";
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
    if (addition.isPresent()) {
      return bindAddition(scope, binding, addition.get());
    }
    Activation output = binding.activation(layer.output());
    memory.desc result = layout(scope, binding, Memories.type(output.storage()));
    primitive_attr attributes = epilogue.attributes(scope, weightsMask());
    boolean transposed =
        output.storage() == Storage.F32
            && layer.outputImage().elements() > layer.weights().outChannels();
    if (!transposed) {
      memory codes = Memories.of(scope, result, output);
      return new NativeStep(scope, conv(scope, binding, attributes, result, codes));
    }
    memory nhwc = Memories.allocate(scope, result);
    long[] dims = layer.outputDims(binding.batch());
    return new NativeStep(
        scope,
        conv(scope, binding, attributes, result, nhwc),
        Reorders.toNchw(scope, nhwc, result, dims, output));
  }

  private Step bindAddition(NativeScope scope, Binding binding, Int8Add add) {
    Activation output = binding.activation(add.to());
    Sums.Term mine = Sums.finished(scope, output);
    Addend addend = Addend.of(layer.output(), add.to());
    List<Primitive> primitives = new ArrayList<>();
    primitives.add(
        conv(
            scope,
            binding,
            epilogue.attributes(scope, weightsMask(), addend),
            mine.layout(),
            mine.values()));
    Sums.Term other = Int8Add.term(scope, binding.activation(add.b()), output, primitives);
    primitives.add(Sums.add(scope, mine, other, add.clip(), output));
    return new NativeStep(scope, primitives.toArray(Primitive[]::new));
  }

  private memory.desc layout(NativeScope scope, Binding binding, memory.data_type type) {
    return Memories.desc(scope, layer.outputDims(binding.batch()), type, NHWC);
  }

  private int weightsMask() {
    return layer.groups() == 1 ? 1 : 3;
  }

  private Primitive conv(
      NativeScope scope,
      Binding binding,
      primitive_attr attributes,
      memory.desc result,
      memory output) {
    Activation input = binding.activation(layer.input());
    memory.desc source =
        Memories.desc(
            scope, layer.inputDims(binding.batch()), Memories.type(input.storage()), NHWC);
    memory bias = Memories.floats(scope, epilogue.offsets());
    memory scales = Memories.floats(scope, epilogue.multipliers());
    convolution_forward.primitive_desc description =
        description(scope, source, result, bias, attributes);
    Primitive.Builder builder =
        new Primitive.Builder(scope, description, scope.own(new convolution_forward(description)))
            .argument(dnnl.DNNL_ARG_SRC, Memories.of(scope, source, input))
            .argument(dnnl.DNNL_ARG_WEIGHTS, weights.as(scope.own(description.weights_desc())))
            .argument(dnnl.DNNL_ARG_DST, output);
    epilogue.addArguments(scope, builder, scales, bias);
    return builder.build();
  }

  private convolution_forward.primitive_desc description(
      NativeScope scope,
      memory.desc source,
      memory.desc result,
      memory bias,
      primitive_attr attributes) {
    memory.desc packed =
        Memories.desc(scope, layer.weightDims(), memory.data_type.s8, memory.format_tag.any);
    memory.desc offsets = scope.own(bias.get_desc());
    return ConvImplementation.choose(
        scope,
        layer,
        () ->
            new convolution_forward.primitive_desc(
                OneDnn.cpu(),
                dnnl.dnnl_forward_inference,
                dnnl.dnnl_convolution_direct,
                source,
                packed,
                offsets,
                result,
                layer.strides(),
                layer.dilations(),
                layer.padTopLeft(),
                layer.padBottomRight(),
                attributes,
                false));
  }

  @Override
  public void close() {
    weights.close();
  }
}
