package org.qat4j.graph;

import java.util.List;

/**
 * The closed set of operations. Each record holds what the operation is; the tensors it connects
 * are in {@link Node}.
 *
 * <p>docs/numerics.md defines each one's arithmetic.
 */
public sealed interface Op {

  /** Name in the ONNX operator set, for plans and messages. */
  String onnxName();

  /**
   * Checks the inputs and computes the shape of the one output.
   *
   * @throws IllegalArgumentException with what is wrong, expected and actual
   */
  Shape outputShape(List<Tensor> inputs);

  /**
   * Checks that the output's type is one that this operation can produce.
   *
   * @throws IllegalArgumentException with what is wrong, expected and actual
   */
  default void checkOutput(List<Tensor> inputs, Tensor output) {
    Operands.requireCodes(List.of(output), 1);
  }

  /** Multiply-accumulates for one image. */
  default long macs(List<Tensor> inputs) {
    return 0;
  }

  /**
   * Steps of the plainest implementation for one image: multiply-accumulates, elements that pooling
   * windows see, or else elements that are read and written.
   */
  default long operations(List<Tensor> inputs) {
    long moved = outputShape(inputs).elements();
    for (Tensor input : inputs) {
      moved += input.shape().elements();
    }
    return Math.max(moved, macs(inputs));
  }

  /** Real numbers to codes. */
  record Quantize() implements Op {
    @Override
    public String onnxName() {
      return "QuantizeLinear";
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.oneReal(inputs).shape();
    }
  }

  /** Codes to real numbers. */
  record Dequantize() implements Op {
    @Override
    public String onnxName() {
      return "DequantizeLinear";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.oneReal(List.of(output));
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.oneCodes(inputs).shape();
    }
  }

  /**
   * 2-D convolution with bias, clip and requantization; to codes, or to real numbers after the last
   * layer.
   */
  record Conv(Window window, int groups, Weights weights, Bias bias, Clip clip) implements Op {
    public Conv {
      Operands.requireBias(weights, bias);
      Operands.requireGroups(weights.outChannels(), groups);
    }

    @Override
    public String onnxName() {
      return "Conv";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Requantization.of(weights, bias, inputs.get(0).params(), output, clip);
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      Shape input = Operands.oneCodes(inputs).shape();
      return Operands.convolved(window, groups, weights.outChannels(), weights.fanIn(), input);
    }

    @Override
    public long macs(List<Tensor> inputs) {
      return (long) outputShape(inputs).elements() * weights.fanIn();
    }
  }

  /**
   * Fully connected layer with bias, clip and requantization; to codes, or to real numbers after
   * the last layer.
   */
  record Dense(Weights weights, Bias bias, Clip clip) implements Op {
    public Dense {
      Operands.requireBias(weights, bias);
    }

    @Override
    public String onnxName() {
      return "Gemm";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Requantization.of(weights, bias, inputs.get(0).params(), output, clip);
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.dense(
          weights.outChannels(), weights.fanIn(), Operands.oneCodes(inputs).shape());
    }

    @Override
    public long macs(List<Tensor> inputs) {
      return weights.count();
    }
  }

  /** Largest code in each window; padding never wins. Output parameters equal the input's. */
  record MaxPool(Window window) implements Op {
    @Override
    public String onnxName() {
      return "MaxPool";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.requireSameType(inputs.get(0), output);
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.pooled(window, Operands.oneCodes(inputs).shape());
    }

    @Override
    public long operations(List<Tensor> inputs) {
      return (long) outputShape(inputs).elements() * window.kernelArea();
    }
  }

  /**
   * Mean of each window, requantized.
   *
   * @param countPadding whether padded zeros count in the divisor
   */
  record AveragePool(Window window, boolean countPadding) implements Op {
    @Override
    public String onnxName() {
      return "AveragePool";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Op.super.checkOutput(inputs, output);
      Requantization.mean(1, inputs.get(0).params(), output.params(), Clip.NONE);
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.pooled(window, Operands.oneCodes(inputs).shape());
    }

    @Override
    public long operations(List<Tensor> inputs) {
      return (long) outputShape(inputs).elements() * window.kernelArea();
    }
  }

  /** Mean of each channel over the whole image, requantized. */
  record GlobalAveragePool() implements Op {
    @Override
    public String onnxName() {
      return "GlobalAveragePool";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Op.super.checkOutput(inputs, output);
      Requantization.mean(1, inputs.get(0).params(), output.params(), Clip.NONE);
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      Shape input = Operands.oneCodes(inputs).shape();
      Operands.requireImage(input);
      return Shape.of(input.channels(), 1, 1);
    }
  }

  /** Element-wise sum of two tensors of one shape, clipped and requantized. */
  record Add(Clip clip) implements Op {
    @Override
    public String onnxName() {
      return "Add";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Op.super.checkOutput(inputs, output);
      inputs.forEach(input -> Requantization.addend(input.params(), output.params()));
      clip.codes(output.params());
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      Operands.requireCodes(inputs, 2);
      if (!inputs.get(0).shape().equals(inputs.get(1).shape())) {
        throw new IllegalArgumentException(
            "cannot add shapes " + inputs.get(0).shape() + " and " + inputs.get(1).shape());
      }
      return inputs.get(0).shape();
    }
  }

  /** Concatenation along the channels, each input requantized to the output's parameters. */
  record Concat() implements Op {
    @Override
    public String onnxName() {
      return "Concat";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Op.super.checkOutput(inputs, output);
      inputs.forEach(input -> Requantization.mean(1, input.params(), output.params(), Clip.NONE));
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      Operands.requireCodes(inputs, Math.max(1, inputs.size()));
      return Operands.concatenated(inputs.stream().map(Tensor::shape).toList());
    }
  }

  /**
   * The same values under other parameters, clipped: a stand-alone activation or a change of scale.
   */
  record Requantize(Clip clip) implements Op {
    @Override
    public String onnxName() {
      return "QuantizeLinear";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Op.super.checkOutput(inputs, output);
      Requantization.mean(1, inputs.get(0).params(), output.params(), clip);
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.oneCodes(inputs).shape();
    }
  }

  /** An image as one vector in channel, row, column order. Output parameters equal the input's. */
  record Flatten() implements Op {
    @Override
    public String onnxName() {
      return "Flatten";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.requireSameType(inputs.get(0), output);
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.one(inputs).shape().flatten();
    }
  }

  /** Real zeros around an image: codes of the zero point. Output parameters equal the input's. */
  record Pad(int top, int left, int bottom, int right) implements Op {
    public Pad {
      if (Math.min(Math.min(top, left), Math.min(bottom, right)) < 0) {
        throw new IllegalArgumentException(
            "padding must be >= 0, got " + top + ", " + left + ", " + bottom + ", " + right);
      }
    }

    @Override
    public String onnxName() {
      return "Pad";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.requireSameType(inputs.get(0), output);
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.padded(top, left, bottom, right, Operands.oneCodes(inputs).shape());
    }
  }

  /**
   * Each pixel repeated: nearest-neighbour enlargement by whole factors. Output parameters equal
   * the input's.
   */
  record Upsample(int heightFactor, int widthFactor) implements Op {
    public Upsample {
      if (Math.min(heightFactor, widthFactor) < 1) {
        throw new IllegalArgumentException(
            "factors must be >= 1, got " + heightFactor + " and " + widthFactor);
      }
    }

    @Override
    public String onnxName() {
      return "Resize";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.requireSameType(inputs.get(0), output);
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.upsampled(heightFactor, widthFactor, Operands.oneCodes(inputs).shape());
    }
  }

  /**
   * The same values under other parameters, the negative ones multiplied by a slope.
   *
   * @param slope finite and at least 0; 0 is ReLU
   */
  record LeakyRelu(float slope) implements Op {
    public LeakyRelu {
      if (!(slope >= 0 && Float.isFinite(slope))) {
        throw new IllegalArgumentException("slope must be finite and >= 0, got " + slope);
      }
    }

    @Override
    public String onnxName() {
      return "LeakyRelu";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Op.super.checkOutput(inputs, output);
      Requantization.leaky(slope, inputs.get(0).params(), output.params());
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.oneCodes(inputs).shape();
    }
  }

  /** The same under another name: an output that another tensor is too. */
  record Identity() implements Op {
    @Override
    public String onnxName() {
      return "Identity";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.requireSameType(inputs.get(0), output);
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.one(inputs).shape();
    }
  }

  /** Softmax over the features, in real numbers, after the last layer. */
  record Softmax() implements Op {
    @Override
    public String onnxName() {
      return "Softmax";
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.oneReal(List.of(output));
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.oneReal(inputs).shape();
    }
  }

  /**
   * Arithmetic on real numbers in float32 between quantized parts: a float island, which only a
   * model has that was allowed to.
   */
  record Real(RealOp operation) implements Op {
    @Override
    public String onnxName() {
      return operation.onnxName();
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.oneReal(List.of(output));
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return operation.outputShape(Operands.realShapes(inputs));
    }

    @Override
    public long macs(List<Tensor> inputs) {
      return operation.macs(Operands.realShapes(inputs));
    }

    @Override
    public long operations(List<Tensor> inputs) {
      return Math.max(
          Op.super.operations(inputs), operation.operations(Operands.realShapes(inputs)));
    }
  }
}
