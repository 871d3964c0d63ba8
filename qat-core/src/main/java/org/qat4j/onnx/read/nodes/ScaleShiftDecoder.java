package org.qat4j.onnx.read.nodes;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.RealConstant;

/**
 * Reads sums, differences, products and quotients of real numbers: of two activations, or of one
 * and a constant for each channel or for all.
 */
final class ScaleShiftDecoder {
  private ScaleShiftDecoder() {}

  /** What one operation becomes. */
  @FunctionalInterface
  private interface Form {
    /** Of an activation and a constant, in this order or the other. */
    Op withConstant(float[] numbers, boolean constantFirst);
  }

  static void add(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    Form form = (numbers, first) -> scaleShift(all(numbers, 1), numbers);
    decode(node, form, Optional.of(new JoinOp.Add(Clip.NONE)), decoding);
  }

  static void mul(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    Form form = (numbers, first) -> scaleShift(numbers, all(numbers, 0));
    decode(node, form, Optional.of(new JoinOp.Mul()), decoding);
  }

  /** Exact: x - c is x + (-c), and c - x is -x + c, with one rounding each. */
  static void sub(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    Form form =
        (numbers, first) ->
            first
                ? scaleShift(all(numbers, -1), numbers)
                : scaleShift(all(numbers, 1), negative(numbers));
    decode(node, form, Optional.empty(), decoding);
  }

  static void div(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    if (node.inputCount() > 0 && RealConstant.of(decoding.value(node, 0)).isPresent()) {
      throw node.error("divides a constant by an activation, expected an activation by a constant");
    }
    Form form = (numbers, first) -> new ChannelOp.Divide(new Reals(numbers));
    decode(node, form, Optional.empty(), decoding);
  }

  private static void decode(
      OnnxNode node, Form form, Optional<Op> ofActivations, Decoding decoding)
      throws OnnxFormatException {
    node.requireInputs(2, 2);
    Optional<RealConstant> first = RealConstant.of(decoding.value(node, 0));
    Optional<RealConstant> second = RealConstant.of(decoding.value(node, 1));
    if (first.isEmpty() && second.isEmpty()) {
      Op op =
          ofActivations.orElseThrow(
              () -> node.error("joins two activations, expected one and a constant"));
      Tensor a = decoding.real(node, 0);
      IslandDecoder.define(node, op, List.of(a, decoding.real(node, 1)), decoding);
      return;
    }
    Tensor input = decoding.real(node, first.isPresent() ? 1 : 0);
    Shape shape = input.shape();
    float[] numbers =
        first.or(() -> second).orElseThrow().perChannel(node, shape, decoding.budget());
    IslandDecoder.define(
        node, form.withConstant(numbers, first.isPresent()), List.of(input), decoding);
  }

  private static Op scaleShift(float[] scales, float[] shifts) {
    return new ChannelOp.ScaleShift(new Reals(scales), new Reals(shifts));
  }

  /** As many times one number. */
  private static float[] all(float[] like, float number) {
    float[] numbers = new float[like.length];
    Arrays.fill(numbers, number);
    return numbers;
  }

  private static float[] negative(float[] numbers) {
    float[] negative = new float[numbers.length];
    for (int i = 0; i < negative.length; i++) {
      negative[i] = -numbers[i];
    }
    return negative;
  }
}
