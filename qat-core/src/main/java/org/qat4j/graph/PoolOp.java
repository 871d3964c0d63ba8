package org.qat4j.graph;

import java.util.List;
import java.util.Set;

/** One element for each window of an image, channel by channel. */
public sealed interface PoolOp extends Op {

  @Override
  default Set<Arithmetic> arithmetics() {
    return Operands.CODES_OR_REALS;
  }

  @Override
  default Clip clip() {
    return Clip.NONE;
  }

  @Override
  default List<Coefficients> weights() {
    return List.of();
  }

  /** A pool that slides a window. */
  sealed interface Sliding extends PoolOp {
    Window window();

    @Override
    default Shape outputShape(List<Tensor> inputs) {
      Shape input = Operands.one(this, inputs).shape();
      Operands.requireImage(input);
      return window().outputShape(input, input.channels());
    }

    @Override
    default long operations(List<Tensor> inputs) {
      return (long) outputShape(inputs).elements() * window().kernelArea();
    }
  }

  /** Largest element in each window; padding never wins. Codes keep their parameters. */
  record MaxPool(Window window) implements Sliding {
    @Override
    public String onnxName() {
      return "MaxPool";
    }

    @Override
    public Effect effect() {
      return Effect.CHOOSES;
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.requireSameType(inputs.get(0), output);
    }
  }

  /**
   * Mean of each window; codes are requantized.
   *
   * @param countPadding whether padded zeros count in the divisor
   */
  record AveragePool(Window window, boolean countPadding) implements Sliding {
    @Override
    public String onnxName() {
      return "AveragePool";
    }

    @Override
    public Effect effect() {
      return Effect.COMPUTES;
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.checkRequantized(inputs, output, Clip.NONE);
    }
  }

  /** Mean of each channel over the whole image; codes are requantized. */
  record GlobalAveragePool() implements PoolOp {
    @Override
    public String onnxName() {
      return "GlobalAveragePool";
    }

    @Override
    public Effect effect() {
      return Effect.COMPUTES;
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      Shape input = Operands.one(this, inputs).shape();
      Operands.requireImage(input);
      return Shape.of(input.channels(), 1, 1);
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.checkRequantized(inputs, output, Clip.NONE);
    }
  }
}
