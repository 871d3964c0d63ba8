package org.qat4j.runtime.onednn;

import java.util.Optional;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.qat4j.graph.Weights;
import org.qat4j.runtime.Activation;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.QuantParams;

/**
 * Convolution of codes as a float32 convolution of the integers {@code x - xZero}: exact as long as
 * no sum of absolute products reaches 2^24, whatever the order of summation. Where whole weights
 * could exceed that, they are split into two digits, {@code w = 16 * high + low}, and the two sums
 * are put together in int32.
 *
 * <p>For processors whose 8-bit products saturate, and for weights with zero points.
 */
final class ExactFloatConv implements Kernel {
  private static final long EXACT_INTEGERS = 1L << 24;
  private static final int DIGIT = 16;
  private static final memory.format_tag NHWC = memory.format_tag.nhwc;

  private final Layer layer;
  private final PackedWeights[] digits;

  private ExactFloatConv(Layer layer, float[][] digits) {
    this.layer = layer;
    memory.format_tag tag = layer.groups() == 1 ? memory.format_tag.oihw : memory.format_tag.goihw;
    this.digits = new PackedWeights[digits.length];
    for (int d = 0; d < digits.length; d++) {
      float[] values = digits[d];
      this.digits[d] =
          new PackedWeights(scope -> Memories.floats(scope, layer.weightDims(), tag, values));
    }
  }

  /** Empty if even the sums of the digits could leave the exact integers. */
  static Optional<Kernel> of(Layer layer) {
    float[] whole = differences(layer.weights());
    if (exact(layer, whole)) {
      return Optional.of(new ExactFloatConv(layer, new float[][] {whole}));
    }
    float[] low = new float[whole.length];
    float[] high = new float[whole.length];
    for (int i = 0; i < whole.length; i++) {
      high[i] = (float) Math.rint(whole[i] / DIGIT);
      low[i] = whole[i] - DIGIT * high[i];
    }
    return exact(layer, low) && exact(layer, high)
        ? Optional.of(new ExactFloatConv(layer, new float[][] {low, high}))
        : Optional.empty();
  }

  private static float[] differences(Weights weights) {
    float[] differences = new float[weights.count()];
    for (int i = 0; i < differences.length; i++) {
      int o = i / weights.fanIn();
      differences[i] = weights.code(o, i % weights.fanIn()) - weights.zeroPoint(o);
    }
    return differences;
  }

  private static boolean exact(Layer layer, float[] weights) {
    QuantParams input = layer.input().params();
    long largestInput =
        Math.max(input.range().max() - input.zeroPoint(), input.zeroPoint() - input.range().min());
    int fanIn = layer.weights().fanIn();
    for (int first = 0; first < weights.length; first += fanIn) {
      double sum = 0;
      for (int i = first; i < first + fanIn; i++) {
        sum += Math.abs(weights[i]);
      }
      if (sum * largestInput >= EXACT_INTEGERS) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String name() {
    return digits.length == 1 ? "exact-f32-conv" : "exact-f32-conv-2";
  }

  @Override
  public Step bind(Binding binding) {
    return NativeScope.filled(scope -> bind(scope, binding));
  }

  private Step bind(NativeScope scope, Binding binding) {
    Activation input = binding.activation(layer.input());
    Activation output = binding.activation(layer.output());
    memory.desc source =
        Memories.desc(scope, layer.inputDims(binding.batch()), memory.data_type.f32, NHWC);
    memory.desc result =
        Memories.desc(scope, layer.outputDims(binding.batch()), memory.data_type.f32, NHWC);
    memory integers = Memories.allocate(scope, source);
    memory[] sums = new memory[digits.length];
    Primitive[] convolutions = new Primitive[digits.length];
    for (int d = 0; d < digits.length; d++) {
      sums[d] = Memories.allocate(scope, result);
      convolutions[d] = convolution(scope, source, result, integers, digits[d], sums[d]);
    }
    return new ExactFloatStep(scope, layer, input, integers, convolutions, sums, DIGIT, output);
  }

  private Primitive convolution(
      NativeScope scope,
      memory.desc source,
      memory.desc result,
      memory integers,
      PackedWeights digit,
      memory sum) {
    primitive_attr attributes = scope.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    memory.desc packed =
        Memories.desc(scope, layer.weightDims(), memory.data_type.f32, memory.format_tag.any);
    convolution_forward.primitive_desc description =
        ConvImplementation.choose(
            scope,
            layer,
            () ->
                new convolution_forward.primitive_desc(
                    OneDnn.cpu(),
                    dnnl.dnnl_forward_inference,
                    dnnl.dnnl_convolution_direct,
                    source,
                    packed,
                    result,
                    layer.strides(),
                    layer.dilations(),
                    layer.padTopLeft(),
                    layer.padBottomRight(),
                    attributes,
                    false));
    return new Primitive.Builder(
            scope, description, scope.own(new convolution_forward(description)))
        .argument(dnnl.DNNL_ARG_SRC, integers)
        .argument(dnnl.DNNL_ARG_WEIGHTS, digit.as(scope.own(description.weights_desc())))
        .argument(dnnl.DNNL_ARG_DST, sum)
        .build();
  }

  @Override
  public void close() {
    for (PackedWeights digit : digits) {
      digit.close();
    }
  }
}
