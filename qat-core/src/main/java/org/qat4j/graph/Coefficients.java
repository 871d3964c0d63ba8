package org.qat4j.graph;

/** Weights and bias of a convolution or dense layer: codes or real numbers, both or neither. */
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
   * @throws IllegalStateException if they are real numbers
   */
  OfCodes codes();

  /**
   * These, where they are real numbers.
   *
   * @throws IllegalStateException if they are codes
   */
  OfReals reals();

  /**
   * Integers.
   *
   * @param bias one per output channel
   */
  record OfCodes(Weights weights, Bias bias) implements Coefficients {
    public OfCodes {
      if (bias.length() != weights.outChannels()) {
        throw new IllegalArgumentException(
            bias.length() + " bias values, " + weights.outChannels() + " output channels");
      }
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

    @Override
    public OfReals reals() {
      throw new IllegalStateException("the weights are codes, not real numbers");
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
    public OfCodes codes() {
      throw new IllegalStateException("the weights are real numbers, not codes");
    }

    @Override
    public OfReals reals() {
      return this;
    }
  }
}
