package org.qat4j.quantizers;

import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Multiples of a scale that represents all weights: the largest magnitude is the largest code or,
 * affine, the smallest and the largest weight are the outermost codes (Krishnamoorthi 2018,
 * arXiv:1806.08342, sec. 2).
 *
 * @param bits 2 to 8 or 16
 * @param symmetric whether real 0 is code 0; else each group has a zero point of its own
 * @param granularity which weights share a scale
 * @param powerOfTwoScale whether scales are rounded up to powers of two
 */
public record UniformWeights(
    @JsonProperty("bits") int bits,
    @JsonProperty("symmetric") boolean symmetric,
    @JsonProperty("granularity") Granularity granularity,
    @JsonProperty("powerOfTwoScale") boolean powerOfTwoScale)
    implements WeightScheme.Grouped<UniformWeights> {

  @JsonCreator
  public UniformWeights {
    Bits.requireUniform("uniform", bits);
  }

  @Override
  public UniformWeights shared(Granularity other) {
    return new UniformWeights(bits, symmetric, other, powerOfTwoScale);
  }

  /** The same with a zero point for each group. */
  public UniformWeights affine() {
    return new UniformWeights(bits, false, granularity, powerOfTwoScale);
  }

  /** The same with scales rounded up to powers of two. */
  public UniformWeights withPowerOfTwoScale() {
    return new UniformWeights(bits, symmetric, granularity, true);
  }

  /** The same, clipped to mean ± k standard deviations. */
  public MeanStdWeights clippedTo(double k) {
    return new MeanStdWeights(bits, symmetric, granularity, powerOfTwoScale, k);
  }

  @Override
  public int reach() {
    return symmetric ? codes().reach(0) : codes().steps();
  }

  @Override
  public boolean keepsCodes() {
    return symmetric;
  }

  @Override
  public WeightQuantizer quantizer() {
    return new UniformQuantizer(this, symmetric, powerOfTwoScale);
  }

  @Override
  public String toString() {
    return describe(bits, symmetric, "by the largest", powerOfTwoScale, granularity);
  }

  static String describe(
      int bits, boolean symmetric, String scale, boolean powerOfTwoScale, Granularity granularity) {
    return bits
        + (symmetric ? " bits, symmetric, scaled " : " bits, affine, scaled ")
        + scale
        + (powerOfTwoScale ? " to 2^n, " : ", ")
        + granularity;
  }
}
