package org.qat4j.runtime.onednn;

import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.BytePointer;
import org.qat4j.graph.Weights;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.ConvolutionView;
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
final class ExactFloatConvOneDnn implements Kernel {
  private static final long EXACT_INTEGERS = 1L << 24;
  private static final int DIGIT = 16;
  private static final memory.format_tag NHWC = memory.format_tag.nhwc;

  private final ConvolutionView layer;
  private final PackedWeights[] digits;

  /** What a convolution multiplies with in place of {@code w - wZero}. */
  private enum Digit {
    WHOLE,
    LOW,
    HIGH;

    int of(int difference) {
      int high = (int) Math.rint((float) difference / DIGIT);
      return this == WHOLE ? difference : this == HIGH ? high : difference - DIGIT * high;
    }
  }

  private ExactFloatConvOneDnn(ConvolutionView layer, Digit... digits) {
    this.layer = layer;
    memory.format_tag tag = layer.groups() == 1 ? memory.format_tag.oihw : memory.format_tag.goihw;
    this.digits = new PackedWeights[digits.length];
    for (int d = 0; d < digits.length; d++) {
      Digit digit = digits[d];
      this.digits[d] =
          new PackedWeights(
              scope ->
                  Memories.filled(
                      scope,
                      ConvDims.weights(layer),
                      memory.data_type.f32,
                      tag,
                      to -> put(layer.weights(), digit, to.asFloatBuffer())));
    }
  }

  /** Empty if even the sums of the digits could leave the exact integers. */
  static Optional<Supplier<Kernel>> of(ConvolutionView layer) {
    if (exact(layer, Digit.WHOLE)) {
      return Optional.of(() -> new ExactFloatConvOneDnn(layer, Digit.WHOLE));
    }
    return exact(layer, Digit.LOW) && exact(layer, Digit.HIGH)
        ? Optional.of(() -> new ExactFloatConvOneDnn(layer, Digit.LOW, Digit.HIGH))
        : Optional.empty();
  }

  private static void put(Weights weights, Digit digit, FloatBuffer to) {
    for (int o = 0; o < weights.outChannels(); o++) {
      for (int i = 0; i < weights.fanIn(); i++) {
        to.put(digit.of(weights.code(o, i) - weights.zeroPoint(o)));
      }
    }
  }

  private static boolean exact(ConvolutionView layer, Digit digit) {
    QuantParams input = layer.input().params();
    long largestInput = input.range().reach(input.zeroPoint());
    Weights weights = layer.weights();
    for (int o = 0; o < weights.outChannels(); o++) {
      long sum = 0;
      for (int i = 0; i < weights.fanIn(); i++) {
        sum += Math.abs(digit.of(weights.code(o, i) - weights.zeroPoint(o)));
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
    Buffer input = binding.buffer(layer.input());
    Buffer output = binding.buffer(layer.output());
    memory.desc source =
        Memories.desc(scope, ConvDims.input(layer, binding.batch()), memory.data_type.f32, NHWC);
    memory.desc result =
        Memories.desc(scope, ConvDims.output(layer, binding.batch()), memory.data_type.f32, NHWC);
    BytePointer integers = scope.allocate(source.get_size());
    BytePointer[] sums = new BytePointer[digits.length];
    Primitive[] convolutions = new Primitive[digits.length];
    for (int d = 0; d < digits.length; d++) {
      sums[d] = scope.allocate(result.get_size());
      memory from = Memories.of(scope, source, integers);
      memory to = Memories.of(scope, result, sums[d]);
      convolutions[d] = convolution(scope, source, result, from, digits[d], to);
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
        Memories.desc(scope, ConvDims.weights(layer), memory.data_type.f32, memory.format_tag.any);
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
                    ConvDims.strides(layer),
                    ConvDims.dilations(layer),
                    ConvDims.padTopLeft(layer),
                    ConvDims.padBottomRight(layer),
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
