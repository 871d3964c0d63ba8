package org.qat4j.graph;

import org.qat4j.scheme.IntRange;

/** Weights and bias of a convolution or dense layer, for one arithmetic. */
public sealed interface Coefficients {

  /** The arithmetic that can use them. */
  Arithmetic arithmetic();

  int outChannels();

  /** Weights per output channel. */
  int fanIn();

  /** What the weights are: the range of their codes, or float32. */
  String elements();

  /** Weights, without the bias. */
  default int count() {
    return outChannels() * fanIn();
  }

  /**
   * These, where they are codes.
   *
   * @throws IllegalStateException if they are for another arithmetic
   */
  default OfCodes codes() {
    throw other(Arithmetic.CODES);
  }

  /**
   * These, where they are for codes whose scale is computed while running.
   *
   * @throws IllegalStateException if they are for another arithmetic
   */
  default OfDynamicCodes dynamicCodes() {
    throw other(Arithmetic.DYNAMIC_CODES);
  }

  /**
   * These, where they are real numbers.
   *
   * @throws IllegalStateException if they are for another arithmetic
   */
  default OfReals reals() {
    throw other(Arithmetic.REALS);
  }

  private static void requireBias(int length, Weights weights) {
    if (length != weights.outChannels()) {
      throw new IllegalArgumentException(
          length + " bias values, " + weights.outChannels() + " output channels");
    }
  }

  private IllegalStateException other(Arithmetic asked) {
    return new IllegalStateException(
        "the weights are for "
            + Operands.words(arithmetic())
            + ", not for "
            + Operands.words(asked));
  }

  /**
   * Integers.
   *
   * @param bias one per output channel
   */
  record OfCodes(Weights weights, Bias bias) implements Coefficients {
    public OfCodes {
      requireBias(bias.length(), weights);
    }

    @Override
    public Arithmetic arithmetic() {
      return Arithmetic.CODES;
    }

    @Override
    public int outChannels() {
      return weights.outChannels();
    }

    @Override
    public int fanIn() {
      return weights.fanIn();
    }

    @Override
    public String elements() {
      return weights.range().toString();
    }

    @Override
    public OfCodes codes() {
      return this;
    }
  }

  /**
   * Integer weights, and a bias in real units: an accumulator has no unit before the input's scale
   * is known.
   *
   * @param bias one per output channel
   */
  record OfDynamicCodes(Weights weights, Reals bias) implements Coefficients {
    public OfDynamicCodes {
      requireBias(bias.length(), weights);
      IntRange inputs = IntRange.unsigned(8);
      Requantization.requireAccumulatorFits(weights, inputs, inputs.steps());
    }

    @Override
    public Arithmetic arithmetic() {
      return Arithmetic.DYNAMIC_CODES;
    }

    @Override
    public int outChannels() {
      return weights.outChannels();
    }

    @Override
    public int fanIn() {
      return weights.fanIn();
    }

    @Override
    public String elements() {
      return weights.range().toString();
    }

    @Override
    public OfDynamicCodes dynamicCodes() {
      return this;
    }
  }

  /**
   * float32.
   *
   * @param weights {@code [outChannels, inChannels / groups, kernelHeight, kernelWidth]}, or {@code
   *     [outputs, inputs]}
   * @param bias one per output channel
   */
  record OfReals(Reals weights, Reals bias) implements Coefficients {
    public OfReals {
      if (weights.length() % bias.length() != 0) {
        throw new IllegalArgumentException(
            weights.length()
                + " weights cannot be shared out to "
                + bias.length()
                + " output channels");
      }
    }

    @Override
    public Arithmetic arithmetic() {
      return Arithmetic.REALS;
    }

    @Override
    public int outChannels() {
      return bias.length();
    }

    @Override
    public int fanIn() {
      return weights.length() / bias.length();
    }

    @Override
    public String elements() {
      return "float32";
    }

    @Override
    public OfReals reals() {
      return this;
    }
  }
}
