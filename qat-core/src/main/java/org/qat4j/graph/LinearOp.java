package org.qat4j.graph;

import java.util.List;
import java.util.Set;

/**
 * Sums of products with constant weights, then a bias and a clip. Codes are requantized: to codes,
 * or to real numbers after the last layer. Codes whose scale is computed while running become real
 * numbers.
 */
public sealed interface LinearOp extends Op {

  /** Weights and bias; they select the arithmetic, which the operand must have. */
  Coefficients coefficients();

  @Override
  default List<Coefficients> weights() {
    return List.of(coefficients());
  }

  @Override
  default Set<Arithmetic> arithmetics() {
    return Set.of(coefficients().arithmetic());
  }

  @Override
  default Effect effect() {
    return Effect.COMPUTES;
  }

  @Override
  default void checkOutput(List<Tensor> inputs, Tensor output) {
    switch (coefficients().arithmetic()) {
      case CODES -> requantization(inputs.get(0), output);
      case DYNAMIC_CODES, REALS -> Operands.requireReal(output);
    }
  }

  /**
   * What turns a sum of products of codes into an output.
   *
   * @throws IllegalArgumentException if sums or constants overflow, or the output's scale is to be
   *     computed while running
   * @throws IllegalStateException if input or weights are not codes under known scales
   */
  default Requantization requantization(Tensor input, Tensor output) {
    Coefficients.OfCodes codes = coefficients().codes();
    return Requantization.of(codes.weights(), codes.bias(), input.params(), output, clip());
  }

  /** 2-D convolution. */
  record Conv(Window window, int groups, Coefficients coefficients, Clip clip) implements LinearOp {
    public Conv {
      if (coefficients.arithmetic() == Arithmetic.DYNAMIC_CODES) {
        throw Operands.undefined(Arithmetic.DYNAMIC_CODES);
      }
      if (groups < 1 || coefficients.outChannels() % groups != 0) {
        throw new IllegalArgumentException(
            coefficients.outChannels()
                + " output channels cannot be split into "
                + groups
                + " groups");
      }
    }

    /** Of codes. */
    public Conv(Window window, int groups, Weights weights, Bias bias, Clip clip) {
      this(window, groups, new Coefficients.OfCodes(weights, bias), clip);
    }

    /** Of real numbers. */
    public Conv(Window window, int groups, Reals weights, Reals bias, Clip clip) {
      this(window, groups, new Coefficients.OfReals(weights, bias), clip);
    }

    @Override
    public String onnxName() {
      return "Conv";
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      Shape input = Operands.one(this, inputs).shape();
      Operands.requireImage(input);
      long expected = (long) input.channels() / groups * window.kernelArea();
      if (input.channels() % groups != 0 || coefficients.fanIn() != expected) {
        throw new IllegalArgumentException(
            coefficients.fanIn()
                + " weights per output channel, but "
                + input.channels()
                + " input channels in "
                + groups
                + " groups with kernel "
                + window.kernelHeight()
                + "x"
                + window.kernelWidth());
      }
      return window.outputShape(input, coefficients.outChannels());
    }
  }

  /** Fully connected layer; of a sequence, the same one at each time step. */
  record Dense(Coefficients coefficients, Clip clip) implements LinearOp {
    /** Of codes. */
    public Dense(Weights weights, Bias bias, Clip clip) {
      this(new Coefficients.OfCodes(weights, bias), clip);
    }

    /** Of codes whose scale is computed while running. */
    public Dense(Weights weights, Reals bias, Clip clip) {
      this(new Coefficients.OfDynamicCodes(weights, bias), clip);
    }

    /** Of real numbers. */
    public Dense(Reals weights, Reals bias, Clip clip) {
      this(new Coefficients.OfReals(weights, bias), clip);
    }

    @Override
    public String onnxName() {
      return "Gemm";
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      Shape input = Operands.one(this, inputs).shape();
      if (input.isImage() || coefficients.fanIn() != input.channels()) {
        throw new IllegalArgumentException(
            coefficients.fanIn() + " weights per output, but the input has shape " + input);
      }
      int outputs = coefficients.outChannels();
      return switch (input.kind()) {
        case FEATURES, IMAGE -> Shape.of(outputs);
        case SEQUENCE -> Shape.ofExact(input.height(), outputs);
      };
    }
  }
}
