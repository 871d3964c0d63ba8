package org.qat4j.runtime.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.ConvolutionView;
import org.qat4j.runtime.ElementType;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.RowBands;
import org.qat4j.runtime.Step;

/**
 * Convolution of 8-bit codes, NHWC, alone or with the addition that follows it. With the addition,
 * the convolution writes its rounded codes as real terms of the sum, and a second primitive adds.
 */
final class ConvOneDnn implements Kernel {
  private static final memory.format_tag NHWC = memory.format_tag.nhwc;

  private final ConvolutionView layer;
  private final Epilogue epilogue;
  private final PackedWeights weights;
  private final Optional<AddOneDnn> addition;

  ConvOneDnn(ConvolutionView layer) {
    this(layer, Optional.empty());
  }

  /**
   * A convolution whose output is only read by the addition.
   *
   * @param addition whose first operand is the convolution's output
   */
  ConvOneDnn(ConvolutionView layer, AddOneDnn addition) {
    this(layer, Optional.of(addition));
  }

  /** All or a part of another, with that one's weights. */
  private ConvOneDnn(ConvolutionView band, ConvOneDnn whole) {
    this.layer = band;
    this.addition = whole.addition;
    this.epilogue = whole.epilogue;
    this.weights = whole.weights;
  }

  private ConvOneDnn(ConvolutionView layer, Optional<AddOneDnn> addition) {
    this.layer = layer;
    this.addition = addition;
    this.epilogue = new Epilogue(layer);
    memory.format_tag tag = layer.groups() == 1 ? memory.format_tag.oihw : memory.format_tag.goihw;
    this.weights =
        new PackedWeights(
            scope ->
                Memories.filled(
                    scope,
                    ConvDims.weights(layer),
                    memory.data_type.s8,
                    tag,
                    to -> to.put(layer.weights().bytesOihw())));
  }

  @Override
  public String name() {
    return addition.isPresent() ? "conv+add" : "conv";
  }

  @Override
  public Step bind(Binding binding) {
    List<Tensor> rowByRow =
        addition.map(add -> List.of(add.b(), add.to())).orElse(List.of(layer.output()));
    return RowBands.bind(
        layer,
        rowByRow,
        binding,
        (view, input, rows) -> new ConvOneDnn(view, this).bind(input, rows));
  }

  private Step bind(Buffer input, Binding binding) {
    return NativeScope.filled(scope -> bind(scope, binding, input));
  }

  private Step bind(NativeScope scope, Binding binding, Buffer input) {
    if (addition.isPresent()) {
      return bindAddition(scope, binding, input, addition.get());
    }
    Buffer output = binding.buffer(layer.output());
    memory.desc result = layout(scope, binding, Memories.type(output.type()));
    primitive_attr attributes = epilogue.attributes(scope, weightsMask());
    boolean transposed = output.type() == ElementType.F32 && !output.isChannelsLast();
    if (!transposed) {
      memory codes = Memories.of(scope, result, output);
      return new NativeStep(scope, conv(scope, input, attributes, result, codes));
    }
    memory nhwc = Memories.allocate(scope, result);
    long[] dims = ConvDims.output(layer, binding.batch());
    return new NativeStep(
        scope,
        conv(scope, input, attributes, result, nhwc),
        Reorders.toNchw(scope, nhwc, result, dims, output));
  }

  private Step bindAddition(NativeScope scope, Binding binding, Buffer input, AddOneDnn add) {
    Buffer output = binding.buffer(add.to());
    Sums.Term mine = Sums.finished(scope, output);
    Addend addend = Addend.of(layer.output(), add.to());
    List<Primitive> primitives = new ArrayList<>();
    primitives.add(
        conv(
            scope,
            input,
            epilogue.attributes(scope, weightsMask(), addend),
            mine.layout(),
            mine.values()));
    Sums.Term other = AddOneDnn.term(scope, binding.buffer(add.b()), output, primitives);
    primitives.add(Sums.add(scope, mine, other, add.clip(), output));
    return new NativeStep(scope, primitives.toArray(Primitive[]::new));
  }

  private memory.desc layout(NativeScope scope, Binding binding, memory.data_type type) {
    return Memories.desc(scope, ConvDims.output(layer, binding.batch()), type, NHWC);
  }

  private int weightsMask() {
    return layer.groups() == 1 ? 1 : 3;
  }

  private Primitive conv(
      NativeScope scope,
      Buffer input,
      primitive_attr attributes,
      memory.desc result,
      memory output) {
    memory.desc source =
        Memories.desc(
            scope, ConvDims.input(layer, input.batch()), Memories.type(input.type()), NHWC);
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
        Memories.desc(scope, ConvDims.weights(layer), memory.data_type.s8, memory.format_tag.any);
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
                ConvDims.strides(layer),
                ConvDims.dilations(layer),
                ConvDims.padTopLeft(layer),
                ConvDims.padBottomRight(layer),
                attributes,
                false));
  }

  @Override
  public void close() {
    weights.close();
  }
}
