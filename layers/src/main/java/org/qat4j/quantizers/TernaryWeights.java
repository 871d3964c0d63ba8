package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * {@code -s, 0, +s}: weights of magnitude up to {@code 0.7 * mean(|w|)} become 0, and {@code s} is
 * the mean magnitude of the others (TWN, Li et al. 2016, arXiv:1605.04711, eq. 4 to 6). The
 * gradient passes unchanged (sec. 2.4).
 *
 * @param granularity which weights share a scale
 */
public record TernaryWeights(@JsonProperty("granularity") Granularity granularity)
    implements WeightScheme.Grouped<TernaryWeights> {
  private static final double THRESHOLD = 0.7;

  @JsonCreator
  public TernaryWeights {}

  @Override
  public TernaryWeights shared(Granularity other) {
    return new TernaryWeights(other);
  }

  @Override
  public int bits() {
    return 2;
  }

  @Override
  public WeightQuantizer quantizer() {
    return new Quantizer(this);
  }

  @Override
  public String toString() {
    return "2 bits, ternary, " + granularity;
  }

  private static final class Quantizer extends WeightQuantizer {
    Quantizer(WeightScheme scheme) {
      super(scheme);
    }

    @Override
    Codes quantize(INDArray weights, INDArray step) {
      INDArray magnitude = Transforms.abs(weights);
      INDArray threshold = magnitude.mean(1).muli(THRESHOLD);
      INDArray kept = Masks.greater(magnitude.subColumnVector(threshold), 0);
      INDArray count = kept.sum(1);
      INDArray scales = magnitude.muli(kept).sum(1).divi(Masks.raise(count, 1));
      return Codes.symmetric(kept.muli(Transforms.sign(weights)), positive(scales));
    }

    @Override
    void passBack(INDArray weights, INDArray step, INDArray gradient, INDArray stepGradient) {
      // Straight through.
    }
  }
}
