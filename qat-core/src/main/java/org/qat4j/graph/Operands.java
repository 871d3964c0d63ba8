package org.qat4j.graph;

import java.util.List;

/** Checks that {@link Op} records make on the tensors that they are connected to. */
final class Operands {
  private Operands() {}

  static Tensor one(List<Tensor> inputs) {
    if (inputs.size() != 1) {
      throw new IllegalArgumentException("needs 1 input, got " + inputs.size());
    }
    return inputs.get(0);
  }

  static Tensor oneCodes(List<Tensor> inputs) {
    requireCodes(inputs, 1);
    return inputs.get(0);
  }

  static Tensor oneReal(List<Tensor> inputs) {
    Tensor input = one(inputs);
    if (input.isCodes()) {
      throw new IllegalArgumentException(
          "needs real numbers, but '" + input.name() + "' holds codes");
    }
    return input;
  }

  static void requireCodes(List<Tensor> inputs, int count) {
    if (inputs.size() != count) {
      throw new IllegalArgumentException("needs " + count + " inputs, got " + inputs.size());
    }
    for (Tensor input : inputs) {
      if (!input.isCodes()) {
        throw new IllegalArgumentException(
            "needs codes, but '" + input.name() + "' holds real numbers: quantize it first");
      }
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

  static Shape pooled(Window window, Shape input) {
    requireImage(input);
    return window.outputShape(input, input.channels());
  }

  static void requireBias(Weights weights, Bias bias) {
    if (bias.length() != weights.outChannels()) {
      throw new IllegalArgumentException(
          bias.length() + " bias values, " + weights.outChannels() + " output channels");
    }
  }
}
