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

  static Shape only(List<Shape> inputs) {
    if (inputs.size() != 1) {
      throw new IllegalArgumentException("needs 1 input, got " + inputs.size());
    }
    return inputs.get(0);
  }

  static List<Shape> realShapes(List<Tensor> inputs) {
    return inputs.stream().map(input -> oneReal(List.of(input)).shape()).toList();
  }

  static void requireGroups(int outChannels, int groups) {
    if (groups < 1 || outChannels % groups != 0) {
      throw new IllegalArgumentException(
          outChannels + " output channels cannot be split into " + groups + " groups");
    }
  }

  static void requireFanIn(Reals weights, Reals bias) {
    if (weights.length() % bias.length() != 0) {
      throw new IllegalArgumentException(
          weights.length()
              + " weights cannot be shared out to "
              + bias.length()
              + " output channels");
    }
  }

  static Shape convolved(Window window, int groups, int outChannels, int fanIn, Shape input) {
    requireImage(input);
    long expected = (long) input.channels() / groups * window.kernelArea();
    if (input.channels() % groups != 0 || fanIn != expected) {
      throw new IllegalArgumentException(
          fanIn
              + " weights per output channel, but "
              + input.channels()
              + " input channels in "
              + groups
              + " groups with kernel "
              + window.kernelHeight()
              + "x"
              + window.kernelWidth());
    }
    return window.outputShape(input, outChannels);
  }

  static Shape dense(int outputs, int fanIn, Shape input) {
    if (input.isImage() || fanIn != input.elements()) {
      throw new IllegalArgumentException(
          fanIn + " weights per output, but the input has shape " + input);
    }
    return Shape.of(outputs);
  }

  static Shape padded(int top, int left, int bottom, int right, Shape input) {
    requireImage(input);
    long height = (long) input.height() + top + bottom;
    long width = (long) input.width() + left + right;
    return Shape.ofExact(input.channels(), height, width);
  }

  static Shape upsampled(int heightFactor, int widthFactor, Shape input) {
    requireImage(input);
    long height = (long) input.height() * heightFactor;
    long width = (long) input.width() * widthFactor;
    return Shape.ofExact(input.channels(), height, width);
  }

  static Shape concatenated(List<Shape> inputs) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("needs at least 1 input, got 0");
    }
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

  static Shape broadcast(List<Shape> inputs) {
    if (inputs.size() != 2) {
      throw new IllegalArgumentException("needs 2 inputs, got " + inputs.size());
    }
    int[] a = inputs.get(0).dims();
    int[] b = inputs.get(1).dims();
    int[] result = a.clone();
    boolean fits = a.length == b.length;
    for (int i = 0; fits && i < a.length; i++) {
      fits = a[i] == b[i] || Math.min(a[i], b[i]) == 1;
      result[i] = Math.max(a[i], b[i]);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "cannot join shapes " + inputs.get(0) + " and " + inputs.get(1));
    }
    return Shape.of(result);
  }
}
