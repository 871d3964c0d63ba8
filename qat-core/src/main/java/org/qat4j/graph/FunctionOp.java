package org.qat4j.graph;

import java.util.List;
import java.util.Set;

/** A function of each number by itself. */
public sealed interface FunctionOp extends Op {
  float apply(float x);

  @Override
  default Set<Arithmetic> arithmetics() {
    return Set.of(Arithmetic.REALS);
  }

  @Override
  default Effect effect() {
    return Effect.COMPUTES;
  }

  /** The function itself is not fused. */
  @Override
  default Clip clip() {
    return Clip.NONE;
  }

  @Override
  default List<Coefficients> weights() {
    return List.of();
  }

  @Override
  default Shape outputShape(List<Tensor> inputs) {
    return Operands.one(this, inputs).shape();
  }

  @Override
  default void checkOutput(List<Tensor> inputs, Tensor output) {
    Operands.requireReal(output);
  }

  /** ReLU and its relatives. */
  record Clamp(Clip bounds) implements FunctionOp {
    @Override
    public String onnxName() {
      return bounds.equals(Clip.RELU) ? "Relu" : "Clip";
    }

    @Override
    public float apply(float x) {
      return bounds.apply(x);
    }
  }

  /**
   * Negative numbers multiplied by a slope; codes are requantized.
   *
   * @param slope 0 is ReLU; for codes finite and at least 0
   */
  record LeakyRelu(float slope) implements FunctionOp {
    @Override
    public String onnxName() {
      return "LeakyRelu";
    }

    @Override
    public Set<Arithmetic> arithmetics() {
      return Operands.CODES_OR_REALS;
    }

    @Override
    public float apply(float x) {
      return x < 0 ? slope * x : x;
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      Tensor input = Operands.one(this, inputs);
      if (input.isCodes() && !(slope >= 0 && Float.isFinite(slope))) {
        throw new IllegalArgumentException("slope must be finite and >= 0, got " + slope);
      }
      return input.shape();
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      switch (Operands.requireSameArithmetic(inputs, output)) {
        case CODES -> Requantization.leaky(slope, inputs.get(0).params(), output.params());
        case DYNAMIC_CODES -> throw Operands.undefined(Arithmetic.DYNAMIC_CODES);
        case REALS -> {}
      }
    }
  }

  /** {@code 1 / (1 + exp(-x))} in double, rounded once. */
  record Sigmoid() implements FunctionOp {
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
  record Tanh() implements FunctionOp {
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
  record HardSigmoid(float alpha, float beta) implements FunctionOp {
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
  record HardSwish() implements FunctionOp {
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
