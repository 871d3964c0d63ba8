package org.qat4j.graph;

import java.util.List;
import java.util.Set;

/** Several tensors become one; codes are requantized to its parameters. */
public sealed interface JoinOp extends Op {

  @Override
  default Effect effect() {
    return Effect.JOINS;
  }

  @Override
  default List<Coefficients> weights() {
    return List.of();
  }

  /** A function of two tensors' numbers, whose sizes are equal or 1, which is then repeated. */
  sealed interface OfPairs extends JoinOp {
    float apply(float a, float b);

    @Override
    default Shape outputShape(List<Tensor> inputs) {
      Operands.require(this, inputs, 2);
      return Operands.broadcast(inputs.get(0).shape(), inputs.get(1).shape());
    }
  }

  /** Sum of two tensors, which have one shape where they are codes; clipped. */
  record Add(Clip clip) implements OfPairs {
    @Override
    public String onnxName() {
      return "Add";
    }

    @Override
    public Set<Arithmetic> arithmetics() {
      return Operands.CODES_OR_REALS;
    }

    @Override
    public float apply(float a, float b) {
      return a + b;
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return switch (Operands.require(this, inputs, 2)) {
        case CODES -> oneShape(inputs);
        case DYNAMIC_CODES -> throw Operands.undefined(Arithmetic.DYNAMIC_CODES);
        case REALS -> OfPairs.super.outputShape(inputs);
      };
    }

    private static Shape oneShape(List<Tensor> inputs) {
      if (!inputs.get(0).shape().equals(inputs.get(1).shape())) {
        throw new IllegalArgumentException(
            "cannot add shapes " + inputs.get(0).shape() + " and " + inputs.get(1).shape());
      }
      return inputs.get(0).shape();
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      switch (Operands.requireSameArithmetic(inputs, output)) {
        case CODES -> {
          inputs.forEach(input -> Requantization.addend(input.params(), output.params()));
          clip.codes(output.params());
        }
        case DYNAMIC_CODES -> throw Operands.undefined(Arithmetic.DYNAMIC_CODES);
        case REALS -> {}
      }
    }
  }

  /** Product of two tensors. */
  record Mul() implements OfPairs {
    @Override
    public String onnxName() {
      return "Mul";
    }

    @Override
    public Set<Arithmetic> arithmetics() {
      return Set.of(Arithmetic.REALS);
    }

    @Override
    public Clip clip() {
      return Clip.NONE;
    }

    @Override
    public float apply(float a, float b) {
      return a * b;
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.requireReal(output);
    }
  }

  /** Concatenation along the channels, in a sequence along the features of each time step. */
  record Concat() implements JoinOp {
    @Override
    public String onnxName() {
      return "Concat";
    }

    @Override
    public Set<Arithmetic> arithmetics() {
      return Operands.CODES_OR_REALS;
    }

    @Override
    public Clip clip() {
      return Clip.NONE;
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      Operands.require(this, inputs, Math.max(1, inputs.size()));
      return Operands.concatenated(inputs.stream().map(Tensor::shape).toList());
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.checkRequantized(inputs, output, Clip.NONE);
    }
  }
}
