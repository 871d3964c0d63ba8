package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.qat4j.kernels.HalfEven;
import org.qat4j.scheme.IntRange;

/**
 * DoReFa-Net's weights (Zhou et al. 2016, arXiv:1606.06160).
 *
 * <p>1 bit: {@code sign(w) * mean(|w|)}, gradient unchanged (eq. 8). k bits: {@code 2 *
 * quantize_k(tanh(w) / (2 * max|tanh(w)|) + 1/2) - 1} (eq. 9), whose levels are the odd multiples
 * of {@code 1 / (2^k - 1)}; the gradient passes straight through quantize_k and is exact through
 * the rest, the maximum included.
 *
 * @param bits 1 to 7
 */
public record DoReFaWeights(@JsonProperty("bits") int bits) implements WeightScheme {
  @JsonCreator
  public DoReFaWeights {
    Bits.require("dorefa", bits, 1, 7);
  }

  @Override
  public Granularity granularity() {
    return Granularity.TENSOR;
  }

  @Override
  public IntRange codes() {
    return IntRange.signedNarrow(bits + 1);
  }

  @Override
  public boolean hasZero() {
    return false;
  }

  @Override
  public WeightQuantizer quantizer() {
    return new Quantizer(this);
  }

  @Override
  public String toString() {
    return bits + " bits, DoReFa, " + granularity();
  }

  private static final class Quantizer extends WeightQuantizer {
    private final int steps;

    Quantizer(DoReFaWeights scheme) {
      super(scheme);
      steps = (1 << scheme.bits) - 1;
    }

    @Override
    Codes quantize(INDArray weights, INDArray step) {
      if (steps == 1) {
        return BinaryWeights.signs(weights);
      }
      INDArray bounded = Transforms.tanh(weights, true);
      double largest = largest(bounded);
      INDArray unit = bounded.divi(2 * largest).addi(0.5);
      INDArray codes = HalfEven.round(unit.muli(steps)).muli(2).subi(steps);
      return Codes.symmetric(
          codes, Nd4j.valueArrayOf(new long[] {1}, 1.0 / steps, weights.dataType()));
    }

    private static double largest(INDArray bounded) {
      return Math.max(bounded.amaxNumber().doubleValue(), Float.MIN_NORMAL);
    }

    @Override
    void passBack(INDArray weights, INDArray step, INDArray gradient, INDArray stepGradient) {
      if (steps == 1) {
        return;
      }
      INDArray bounded = Transforms.tanh(weights, true);
      double largest = largest(bounded);
      // u = t / m with m = |t_k|: the k-th element also moves the divisor of all others.
      long k = Transforms.abs(bounded, true).ravel().argMax().getLong(0);
      double throughMaximum = gradient.mul(bounded).sumNumber().doubleValue() / (largest * largest);
      gradient.divi(largest);
      double sign = Math.signum(bounded.getDouble(0, k));
      gradient.putScalar(0, k, gradient.getDouble(0, k) - sign * throughMaximum);
      INDArray slope = bounded.muli(bounded).rsubi(1);
      gradient.muli(slope);
    }
  }
}
