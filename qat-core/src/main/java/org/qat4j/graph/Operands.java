package org.qat4j.graph;

import java.util.Collections;
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
    requireCount(inputs, count);
    Arithmetic first = inputs.get(0).arithmetic();
    Arithmetic expected =
        op.arithmetics().contains(first) ? first : Collections.min(op.arithmetics());
    inputs.forEach(input -> require(expected, input));
    return expected;
  }

  static void requireCount(List<Tensor> inputs, int count) {
    if (inputs.size() != count) {
      throw new IllegalArgumentException(
          "needs " + count + (count == 1 ? " input" : " inputs") + ", got " + inputs.size());
    }
  }

  static void require(Arithmetic expected, Tensor tensor) {
    Arithmetic actual = tensor.arithmetic();
    if (actual != expected) {
      throw new IllegalArgumentException(
          "needs "
              + words(expected)
              + ", but '"
              + tensor.name()
              + "' holds "
              + words(actual)
              + (actual == Arithmetic.REALS ? ": quantize it first" : ""));
    }
  }

  static void requireReal(Tensor tensor) {
    require(Arithmetic.REALS, tensor);
  }

  /** What tensors of an arithmetic hold, for messages. */
  static String words(Arithmetic arithmetic) {
    return switch (arithmetic) {
      case CODES -> "codes";
      case DYNAMIC_CODES -> "codes whose scale is computed while running";
      case REALS -> "real numbers";
    };
  }

  /** For an arithmetic that {@link #require} has let through nowhere. */
  static IllegalArgumentException undefined(Arithmetic arithmetic) {
    return new IllegalArgumentException("is not defined on " + words(arithmetic));
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
      case DYNAMIC_CODES -> throw undefined(Arithmetic.DYNAMIC_CODES);
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

  static void requireNoSequence(Shape shape) {
    if (shape.kind() == Shape.Kind.SEQUENCE) {
      throw new IllegalArgumentException("is not defined on a sequence, got shape " + shape);
    }
  }

  /** The shape of the only operand, which has as many channels as there are constants. */
  static Shape oneOfChannels(Op op, List<Tensor> inputs, Reals constants, String what) {
    Shape input = one(op, inputs).shape();
    requireNoSequence(input);
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
      if (shape.kind() != first.kind()
          || shape.height() != first.height()
          || shape.width() != first.width()) {
        throw new IllegalArgumentException("cannot concatenate shapes " + first + " and " + shape);
      }
      channels += shape.channels();
    }
    return switch (first.kind()) {
      case FEATURES -> Shape.ofExact(channels);
      case SEQUENCE -> Shape.ofExact(first.height(), channels);
      case IMAGE -> Shape.ofExact(channels, first.height(), first.width());
    };
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
