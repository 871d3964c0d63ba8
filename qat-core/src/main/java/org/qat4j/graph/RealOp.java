package org.qat4j.graph;

import java.util.List;

/**
 * The closed set of operations on float32 real numbers: what a float island between quantized parts
 * can hold. Shapes are those of one image.
 *
 * <p>docs/numerics.md defines each one's arithmetic, down to the order of sums.
 */
public sealed interface RealOp {

  /** Name in the ONNX operator set, for plans and messages. */
  String onnxName();

  /**
   * Checks the inputs' shapes and computes the output's.
   *
   * @throws IllegalArgumentException with what is wrong, expected and actual
   */
  Shape outputShape(List<Shape> inputs);

  /** Multiply-accumulates for one image. */
  default long macs(List<Shape> inputs) {
    return 0;
  }

  /** Elements that pooling windows see in one image, or multiply-accumulates. */
  default long operations(List<Shape> inputs) {
    return macs(inputs);
  }

  /** Whether each channel is only multiplied, divided or shifted. */
  default boolean scalesChannels() {
    return false;
  }

  /** A function of each number by itself. */
  sealed interface Function extends RealOp {
    float apply(float x);

    @Override
    default Shape outputShape(List<Shape> inputs) {
      return Operands.only(inputs);
    }
  }

  /** A function of two tensors' numbers, whose sizes are equal or 1, which is then repeated. */
  sealed interface Join extends RealOp {
    float apply(float a, float b);

    @Override
    default Shape outputShape(List<Shape> inputs) {
      return Operands.broadcast(inputs);
    }
  }

  /**
   * 2-D convolution.
   *
   * @param weights {@code [outChannels, inChannels / groups, kernelHeight, kernelWidth]}
   * @param bias one per output channel
   */
  record Conv(Window window, int groups, Reals weights, Reals bias) implements RealOp {
    public Conv {
      Operands.requireGroups(bias.length(), groups);
      Operands.requireFanIn(weights, bias);
    }

    @Override
    public String onnxName() {
      return "Conv";
    }

    /** Weights per output channel. */
    public int fanIn() {
      return weights.length() / bias.length();
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      return Operands.convolved(window, groups, bias.length(), fanIn(), Operands.only(inputs));
    }

    @Override
    public long macs(List<Shape> inputs) {
      return (long) outputShape(inputs).elements() * fanIn();
    }
  }

  /**
   * Fully connected layer.
   *
   * @param weights {@code [outputs, inputs]}
   * @param bias one per output
   */
  record Dense(Reals weights, Reals bias) implements RealOp {
    public Dense {
      Operands.requireFanIn(weights, bias);
    }

    @Override
    public String onnxName() {
      return "Gemm";
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      return Operands.dense(bias.length(), weights.length() / bias.length(), Operands.only(inputs));
    }

    @Override
    public long macs(List<Shape> inputs) {
      return weights.length();
    }
  }

  /** Each channel multiplied by a number, then another added: batch norm at inference. */
  record ScaleShift(Reals scales, Reals shifts) implements RealOp {
    public ScaleShift {
      if (scales.length() != shifts.length()) {
        throw new IllegalArgumentException(
            scales.length() + " scales, but " + shifts.length() + " shifts");
      }
    }

    @Override
    public String onnxName() {
      return "BatchNormalization";
    }

    @Override
    public boolean scalesChannels() {
      return true;
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      Shape input = Operands.only(inputs);
      if (input.channels() != scales.length()) {
        throw new IllegalArgumentException(
            scales.length() + " scales, but the input has shape " + input);
      }
      return input;
    }
  }

  /** Each channel divided by a number, which is not the same as multiplied by its reciprocal. */
  record Divide(Reals divisors) implements RealOp {
    @Override
    public String onnxName() {
      return "Div";
    }

    @Override
    public boolean scalesChannels() {
      return true;
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      Shape input = Operands.only(inputs);
      if (input.channels() != divisors.length()) {
        throw new IllegalArgumentException(
            divisors.length() + " divisors, but the input has shape " + input);
      }
      return input;
    }
  }

  /** Largest number in each window; padding never wins. */
  record MaxPool(Window window) implements RealOp {
    @Override
    public String onnxName() {
      return "MaxPool";
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      return Operands.pooled(window, Operands.only(inputs));
    }

    @Override
    public long operations(List<Shape> inputs) {
      return (long) outputShape(inputs).elements() * window.kernelArea();
    }
  }

  /**
   * Mean of each window.
   *
   * @param countPadding whether padded zeros count in the divisor
   */
  record AveragePool(Window window, boolean countPadding) implements RealOp {
    @Override
    public String onnxName() {
      return "AveragePool";
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      return Operands.pooled(window, Operands.only(inputs));
    }

    @Override
    public long operations(List<Shape> inputs) {
      return (long) outputShape(inputs).elements() * window.kernelArea();
    }
  }

  /** Mean of each channel over the whole image. */
  record GlobalAveragePool() implements RealOp {
    @Override
    public String onnxName() {
      return "GlobalAveragePool";
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      Shape input = Operands.only(inputs);
      Operands.requireImage(input);
      return Shape.of(input.channels(), 1, 1);
    }
  }

  /** Zeros around an image. */
  record Pad(int top, int left, int bottom, int right) implements RealOp {
    @Override
    public String onnxName() {
      return "Pad";
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      return Operands.padded(top, left, bottom, right, Operands.only(inputs));
    }
  }

  /** Each pixel repeated. */
  record Upsample(int heightFactor, int widthFactor) implements RealOp {
    @Override
    public String onnxName() {
      return "Resize";
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      return Operands.upsampled(heightFactor, widthFactor, Operands.only(inputs));
    }
  }

  /** Concatenation along the channels. */
  record Concat() implements RealOp {
    @Override
    public String onnxName() {
      return "Concat";
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      return Operands.concatenated(inputs);
    }
  }

  /** Sum of two tensors. */
  record Add() implements Join {
    @Override
    public String onnxName() {
      return "Add";
    }

    @Override
    public float apply(float a, float b) {
      return a + b;
    }
  }

  /** Product of two tensors. */
  record Mul() implements Join {
    @Override
    public String onnxName() {
      return "Mul";
    }

    @Override
    public float apply(float a, float b) {
      return a * b;
    }
  }

  /** ReLU and its relatives. */
  record Clamp(Clip clip) implements Function {
    @Override
    public String onnxName() {
      return clip.equals(Clip.RELU) ? "Relu" : "Clip";
    }

    @Override
    public float apply(float x) {
      return clip.apply(x);
    }
  }

  /** Negative numbers multiplied by a slope. */
  record LeakyRelu(float slope) implements Function {
    @Override
    public String onnxName() {
      return "LeakyRelu";
    }

    @Override
    public float apply(float x) {
      return x < 0 ? slope * x : x;
    }
  }

  /** {@code 1 / (1 + exp(-x))} in double, rounded once. */
  record Sigmoid() implements Function {
    @Override
    public String onnxName() {
      return "Sigmoid";
    }

    @Override
    public float apply(float x) {
      return (float) (1 / (1 + StrictMath.exp(-(double) x)));
    }
  }

  /** Hyperbolic tangent in double, rounded once. */
  record Tanh() implements Function {
    @Override
    public String onnxName() {
      return "Tanh";
    }

    @Override
    public float apply(float x) {
      return (float) StrictMath.tanh(x);
    }
  }

  /** {@code alpha * x + beta}, clipped to [0, 1]. */
  record HardSigmoid(float alpha, float beta) implements Function {
    @Override
    public String onnxName() {
      return "HardSigmoid";
    }

    @Override
    public float apply(float x) {
      return Math.min(1, Math.max(0, alpha * x + beta));
    }
  }

  /** {@code x * hardSigmoid(x)} with alpha 1/6 and beta 1/2. */
  record HardSwish() implements Function {
    private static final HardSigmoid GATE = new HardSigmoid(1f / 6, 0.5f);

    @Override
    public String onnxName() {
      return "HardSwish";
    }

    @Override
    public float apply(float x) {
      return x * GATE.apply(x);
    }
  }
}
