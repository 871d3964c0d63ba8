package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.qat4j.scheme.IntRange;

/**
 * {@code sign(w) * mean(|w|)} for each group, with {@code sign(0) = +1} (XNOR-Net, Rastegari et al.
 * 2016, arXiv:1603.05279, sec. 3.1).
 *
 * <p>The gradient of the real weight is that of the quantized one times {@code 1/n + alpha} where
 * {@code |w| <= 1}, and times {@code 1/n} elsewhere (sec. 3.1, "Training").
 *
 * @param granularity which weights share a scale
 */
public record BinaryWeights(@JsonProperty("granularity") Granularity granularity)
    implements WeightScheme.Grouped<BinaryWeights> {
  @JsonCreator
  public BinaryWeights {}

  @Override
  public BinaryWeights shared(Granularity other) {
    return new BinaryWeights(other);
  }

  @Override
  public int bits() {
    return 1;
  }

  @Override
  public IntRange codes() {
    return IntRange.signedNarrow(2);
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
    return "1 bit, binary, " + granularity;
  }

  /** The sign of each weight, and the mean magnitude of each group. */
  static WeightQuantizer.Codes signs(INDArray weights) {
    INDArray signs = Masks.atLeast(weights, 0).muli(2).subi(1);
    return WeightQuantizer.Codes.symmetric(signs, scales(weights));
  }

  private static INDArray scales(INDArray weights) {
    return WeightQuantizer.positive(WeightQuantizer.meanMagnitudes(weights));
  }

  private static final class Quantizer extends WeightQuantizer {
    Quantizer(WeightScheme scheme) {
      super(scheme);
    }

    @Override
    Codes quantize(INDArray weights, INDArray step) {
      return signs(weights);
    }

    @Override
    void passBack(INDArray weights, INDArray step, INDArray gradient, INDArray stepGradient) {
      INDArray magnitude = Transforms.abs(weights);
      INDArray factor = Masks.atMost(magnitude, 1).muliColumnVector(column(scales(weights)));
      gradient.muli(factor.addi(1.0 / weights.size(1)));
    }
  }
}
