package org.qat4j.graph;

import java.util.List;
import java.util.Set;

/** Real numbers along the channels: each by its own constants, or all of them together. */
public sealed interface ChannelOp extends Op {

  @Override
  default Set<Arithmetic> arithmetics() {
    return Set.of(Arithmetic.REALS);
  }

  @Override
  default Effect effect() {
    return Effect.COMPUTES;
  }

  @Override
  default Clip clip() {
    return Clip.NONE;
  }

  @Override
  default List<Coefficients> weights() {
    return List.of();
  }

  @Override
  default void checkOutput(List<Tensor> inputs, Tensor output) {
    Operands.requireReal(output);
  }

  /** Each channel multiplied by a number, then another added: batch norm at inference. */
  record ScaleShift(Reals scales, Reals shifts) implements ChannelOp {
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
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.oneOfChannels(this, inputs, scales, "scales");
    }
  }

  /** Each channel divided by a number, which is not the same as multiplied by its reciprocal. */
  record Divide(Reals divisors) implements ChannelOp {
    @Override
    public String onnxName() {
      return "Div";
    }

    @Override
    public boolean scalesChannels() {
      return true;
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.oneOfChannels(this, inputs, divisors, "divisors");
    }
  }

  /**
   * Softmax over the features, of each time step in a sequence: at the end or in a float island.
   */
  record Softmax() implements ChannelOp {
    @Override
    public String onnxName() {
      return "Softmax";
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.one(this, inputs).shape();
    }
  }
}
