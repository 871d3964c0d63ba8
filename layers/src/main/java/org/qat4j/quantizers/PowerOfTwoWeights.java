package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.qat4j.scheme.IntRange;

/**
 * 0 and ± powers of two: {@code 0, ±1, ±2, ±4, ...} times a scale that puts the largest magnitude
 * on the largest level (the levels of Zhou et al. 2017, arXiv:1702.03044, eq. 1). A weight goes to
 * the nearest level, up on ties. The gradient passes unchanged: no weight is clipped.
 *
 * @param bits 2 to 4
 * @param granularity which weights share a scale
 */
public record PowerOfTwoWeights(
    @JsonProperty("bits") int bits, @JsonProperty("granularity") Granularity granularity)
    implements WeightScheme.Grouped<PowerOfTwoWeights> {
  @JsonCreator
  public PowerOfTwoWeights {
    Bits.require("power-of-two", bits, 2, 4);
  }

  @Override
  public PowerOfTwoWeights shared(Granularity other) {
    return new PowerOfTwoWeights(bits, other);
  }

  /** How many powers of two the bits can name beside 0 and the sign. */
  private int exponents() {
    return (1 << (bits - 1)) - 1;
  }

  @Override
  public IntRange codes() {
    return IntRange.signedNarrow(exponents() + 1);
  }

  @Override
  public WeightQuantizer quantizer() {
    return new Quantizer(this);
  }

  @Override
  public String toString() {
    return bits + " bits, powers of two, " + granularity;
  }

  private static final class Quantizer extends WeightQuantizer {
    private final int top;

    Quantizer(PowerOfTwoWeights scheme) {
      super(scheme);
      top = 1 << (scheme.exponents() - 1);
    }

    @Override
    Codes quantize(INDArray weights, INDArray step) {
      INDArray scales = positive(largestMagnitudes(weights).divi(top));
      INDArray units = weights.divColumnVector(scales);
      INDArray magnitude = Transforms.abs(units, true);
      INDArray codes = Masks.atLeast(magnitude, 0.5);
      for (int level = 1; level < top; level *= 2) {
        // Between level and twice the level the middle is 1.5 * level; passing it adds one more
        // level.
        codes.addi(Masks.atLeast(magnitude, 1.5 * level).muli(level));
      }
      return Codes.symmetric(codes.muli(Transforms.sign(units, true)), scales);
    }

    @Override
    void passBack(INDArray weights, INDArray step, INDArray gradient, INDArray stepGradient) {
      // Straight through.
    }
  }
}
