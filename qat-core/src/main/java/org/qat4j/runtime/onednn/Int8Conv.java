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
import org.qat4j.runtime.ElementType;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;

/**
 * Convolution of 8-bit codes, NHWC, alone or with the addition that follows it. With the addition,
 * the convolution writes its rounded codes as real terms of the sum, and a second primitive adds.
 */
final class Int8Conv implements Kernel {
  private static final memory.format_tag NHWC = memory.format_tag.nhwc;

  /** About 1 us: below this, two threads gain less than their meeting costs. */
  private static final long LEAST_DIVIDED_MACS = 200_000;

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

  /** A part of another layer, with that one's weights. */
  private Int8Conv(Layer band, Int8Conv whole) {
    this.layer = band;
    this.addition = whole.addition;
    this.epilogue = whole.epilogue;
    this.weights = whole.weights;
  }

  private Int8Conv(Layer layer, Optional<Int8Add> addition) {
    this.layer = layer;
    this.addition = addition;
    this.epilogue = new Int8Epilogue(layer);
    memory.format_tag tag = layer.groups() == 1 ? memory.format_tag.oihw : memory.format_tag.goihw;
    this.weights =
        new PackedWeights(
            scope ->
                Memories.filled(
                    scope,
                    layer.weightDims(),
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
    int height = layer.outputImage().height();
    int rows = (height + binding.ways() - 1) / binding.ways();
    boolean divided =
        binding.ways() > 1
            && layer.output().isCodes()
            && (long) layer.outputImage().elements() * layer.weights().fanIn() >= LEAST_DIVIDED_MACS
            && layer.hasBands(rows);
    return divided ? bindBands(binding, height, rows) : bindWhole(binding);
  }

  private Step bindBands(Binding binding, int height, int rows) {
    List<Step> bands = new ArrayList<>();
    try {
      for (int first = 0; first < height; first += rows) {
        bands.add(bindBand(binding, first, Math.min(rows, height - first)));
      }
    } catch (RuntimeException e) {
      bands.forEach(Step::close);
      throw e;
    }
    return new DividedStep(bands);
  }

  private Step bindBand(Binding binding, int first, int rows) {
    Layer band = layer.band(first, rows);
    int firstInput = Math.max(0, layer.firstInputRow(first));
    Tensor result = addition.map(Int8Add::to).orElse(layer.output());
    List<Buffer> parts = new ArrayList<>();
    addition.ifPresent(add -> parts.add(binding.buffer(add.b()).rows(first, rows)));
    parts.add(binding.buffer(result).rows(first, rows));
    Binding here = binding.with(parts);
    Buffer input = binding.buffer(layer.input()).rows(firstInput, band.image().height());
    return new Int8Conv(band, this).bindWhole(here, input);
  }

  private Step bindWhole(Binding binding) {
    return bindWhole(binding, binding.buffer(layer.input()));
  }

  private Step bindWhole(Binding binding, Buffer input) {
    return NativeScope.filled(scope -> bind(scope, binding, input));
  }

  private Step bind(NativeScope scope, Binding binding, Buffer input) {
    if (addition.isPresent()) {
      return bindAddition(scope, binding, input, addition.get());
    }
    Buffer output = binding.buffer(layer.output());
    memory.desc result = layout(scope, binding, Memories.type(output.type()));
    primitive_attr attributes = epilogue.attributes(scope, weightsMask());
    boolean transposed =
        output.type() == ElementType.F32
            && layer.outputImage().elements() > layer.weights().outChannels();
    if (!transposed) {
      memory codes = Memories.of(scope, result, output);
      return new NativeStep(scope, conv(scope, input, attributes, result, codes));
    }
    memory nhwc = Memories.allocate(scope, result);
    long[] dims = layer.outputDims(binding.batch());
    return new NativeStep(
        scope,
        conv(scope, input, attributes, result, nhwc),
        Reorders.toNchw(scope, nhwc, result, dims, output));
  }

  private Step bindAddition(NativeScope scope, Binding binding, Buffer input, Int8Add add) {
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
    Sums.Term other = Int8Add.term(scope, binding.buffer(add.b()), output, primitives);
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
      Buffer input,
      primitive_attr attributes,
      memory.desc result,
      memory output) {
    memory.desc source =
        Memories.desc(scope, layer.inputDims(input.batch()), Memories.type(input.type()), NHWC);
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
