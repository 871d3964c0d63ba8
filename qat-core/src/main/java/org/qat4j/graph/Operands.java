package org.qat4j.graph;

import java.util.List;
import java.util.Set;

/** Checks that {@link Op} records make on the tensors that they are connected to. */
final class Operands {
  static final Set<Arithmetic> CODES_OR_REALS = Set.of(Arithmetic.CODES, Arithmetic.REALS);

  private Operands() {}

  /** The only operand, in an arithmetic that the operation is defined in. */
  static Tensor one(Op op, List<Tensor> inputs) {
    require(op, inputs, 1);
    return inputs.get(0);
  }

  /** So many operands, all in one arithmetic that the operation is defined in. */
  static Arithmetic require(Op op, List<Tensor> inputs, int count) {
    if (inputs.size() != count) {
      throw new IllegalArgumentException(
          "needs " + count + (count == 1 ? " input" : " inputs") + ", got " + inputs.size());
    }
    Arithmetic first = inputs.get(0).arithmetic();
    Arithmetic expected =
        op.arithmetics().contains(first) ? first : op.arithmetics().iterator().next();
    inputs.forEach(input -> require(expected, input));
    return expected;
  }

  private static void require(Arithmetic expected, Tensor tensor) {
    switch (expected) {
      case CODES -> requireCodes(tensor);
      case REALS -> requireReal(tensor);
    }
  }

  static void requireCodes(Tensor tensor) {
    if (tensor.arithmetic() != Arithmetic.CODES) {
      throw new IllegalArgumentException(
          "needs codes, but '" + tensor.name() + "' holds real numbers: quantize it first");
    }
  }

  static void requireReal(Tensor tensor) {
    if (tensor.arithmetic() != Arithmetic.REALS) {
      throw new IllegalArgumentException(
          "needs real numbers, but '" + tensor.name() + "' holds codes");
    }
  }

  /** The arithmetic of the inputs, if it is the output's too. */
  static Arithmetic requireSameArithmetic(List<Tensor> inputs, Tensor output) {
    Arithmetic arithmetic = inputs.get(0).arithmetic();
    require(arithmetic, output);
    return arithmetic;
  }

  /** Real numbers of real numbers, or codes whose parameters can be made of each input's. */
  static void checkRequantized(List<Tensor> inputs, Tensor output, Clip clip) {
    switch (requireSameArithmetic(inputs, output)) {
      case CODES ->
          inputs.forEach(input -> Requantization.mean(1, input.params(), output.params(), clip));
      case REALS -> {}
    }
  }

  static void requireSameType(Tensor input, Tensor output) {
    if (!input.type().equals(output.type())) {
      throw new IllegalArgumentException(
          "keeps its input's type "
              + input.type()
              + ", but output '"
              + output.name()
              + "' has "
              + output.type());
    }
  }

  static void requireImage(Shape shape) {
    if (!shape.isImage()) {
      throw new IllegalArgumentException(
          "needs an image [channels, height, width], got shape " + shape);
    }
  }

  /** The shape of the only operand, which has as many channels as there are constants. */
  static Shape oneOfChannels(Op op, List<Tensor> inputs, Reals constants, String what) {
    Shape input = one(op, inputs).shape();
    if (input.channels() != constants.length()) {
      throw new IllegalArgumentException(
          constants.length() + " " + what + ", but the input has shape " + input);
    }
    return input;
  }

  static Shape concatenated(List<Shape> inputs) {
    Shape first = inputs.get(0);
    long channels = 0;
    for (Shape shape : inputs) {
      if (shape.isImage() != first.isImage()
          || shape.height() != first.height()
          || shape.width() != first.width()) {
        throw new IllegalArgumentException("cannot concatenate shapes " + first + " and " + shape);
      }
      channels += shape.channels();
    }
    return first.isImage()
        ? Shape.ofExact(channels, first.height(), first.width())
        : Shape.ofExact(channels);
  }

  static Shape broadcast(Shape first, Shape second) {
    int[] a = first.dims();
    int[] b = second.dims();
    int[] result = a.clone();
    boolean fits = a.length == b.length;
    for (int i = 0; fits && i < a.length; i++) {
      fits = a[i] == b[i] || Math.min(a[i], b[i]) == 1;
      result[i] = Math.max(a[i], b[i]);
    }
    if (!fits) {
      throw new IllegalArgumentException("cannot join shapes " + first + " and " + second);
    }
    return Shape.of(result);
  }
}
