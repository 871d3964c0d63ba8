package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.scheme.IntRange;

/** Weights of an exempt layer, which have no codes. */
public record RealWeights() implements WeightScheme {
  @Override
  public int bits() {
    return Float.SIZE;
  }

  @Override
  public boolean isReal() {
    return true;
  }

  @Override
  public IntRange codes() {
    throw new IllegalStateException("real weights have no codes");
  }

  @Override
  public Granularity granularity() {
    throw new IllegalStateException("real weights have no scales");
  }

  @Override
  public WeightQuantizer quantizer() {
    return new Quantizer(this);
  }

  @Override
  public String toString() {
    return "float32";
  }

  private static final class Quantizer extends WeightQuantizer {
    Quantizer(WeightScheme scheme) {
      super(scheme);
    }

    @Override
    Codes quantize(INDArray weights, INDArray step) {
      throw new IllegalStateException("real weights have no codes");
    }

    @Override
    public void backward(INDArray rows, INDArray step, INDArray gradient, INDArray stepGradient) {
      // The weights are used as they are.
    }

    @Override
    void passBack(INDArray weights, INDArray step, INDArray gradient, INDArray stepGradient) {
      throw new IllegalStateException("real weights have no codes");
    }
  }
}
