package org.qat4j.quantizers;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.qat4j.scheme.IntRange;

/**
 * How the weights of a layer become codes. Part of a network's configuration, so it is saved with
 * it.
 *
 * <p>Whatever the scheme, a deployed layer holds integer codes and one scale and zero point per
 * output channel. Groups of channels that share a scale are deployed as channels with equal scales.
 *
 * @param levels which multiples of the scale a weight may be
 * @param bits of a weight; 32 where weights stay real
 * @param symmetric whether real 0 is code 0; else each group has a zero point of its own
 * @param groups how many equal runs of output channels have a scale each: 1 is per tensor, {@link
 *     #PER_CHANNEL} one for each channel
 * @param scale how the scale of uniform levels is chosen
 * @param sigmas k of {@link Scale#MEAN_STD}: the range is mean ± k standard deviations; &gt; 0
 * @param powerOfTwoScale whether scales are rounded up to powers of two
 */
public record WeightScheme(
    @JsonProperty("levels") Levels levels,
    @JsonProperty("bits") int bits,
    @JsonProperty("symmetric") boolean symmetric,
    @JsonProperty("groups") int groups,
    @JsonProperty("scale") Scale scale,
    @JsonProperty("sigmas") double sigmas,
    @JsonProperty("powerOfTwoScale") boolean powerOfTwoScale)
    implements Serializable {

  /** Value of {@link #groups} for one scale per output channel. */
  public static final int PER_CHANNEL = 0;

  /** Which multiples of the scale a weight may be. */
  public enum Levels {
    /** All integers of the range. */
    UNIFORM,
    /** 0 and ± powers of two, so that products are shifts; 2 to 4 bits. */
    POWER_OF_TWO,
    /** -1 and +1; the scale is the mean magnitude (Rastegari et al. 2016, arXiv:1603.05279). */
    BINARY,
    /** -1, 0 and +1 (Li et al. 2016, arXiv:1605.04711). */
    TERNARY,
    /** Equal steps of tanh(w) without a zero (Zhou et al. 2016, arXiv:1606.06160); 1 to 7 bits. */
    DOREFA,
    /** None: the layer computes in float32 between quantized ones. */
    REAL
  }

  /** How the scale of uniform levels is chosen. */
  public enum Scale {
    /** The largest magnitude is the largest code (affine: smallest and largest weight). */
    MAX_ABS,
    /** Mean ± k standard deviations; what lies outside is clipped. */
    MEAN_STD,
    /** The symmetric clipping range with the smallest squared error. */
    MEAN_SQUARED_ERROR,
    /** Trained with the weights: LSQ (Esser et al. 2020, arXiv:1902.08153). */
    LEARNED
  }

  private static final double DEFAULT_SIGMAS = 3;

  @JsonCreator
  public WeightScheme {
    if (!(sigmas > 0 && Double.isFinite(sigmas))) {
      throw new IllegalArgumentException("sigmas must be finite and > 0, got " + sigmas);
    }
    if (groups < 0) {
      throw new IllegalArgumentException("weight groups must be >= 0, got " + groups);
    }
    requireBits(levels, bits);
    if (levels != Levels.UNIFORM && (!symmetric || scale != Scale.MAX_ABS || powerOfTwoScale)) {
      throw new IllegalArgumentException(
          levels
              + " weights define their own scale and are symmetric; only UNIFORM ones can be"
              + " affine or choose a scale");
    }
    if (scale == Scale.LEARNED && (!symmetric || powerOfTwoScale)) {
      throw new IllegalArgumentException(
          "a learned weight scale is symmetric and no power of two; choose another scale rule");
    }
    if (scale == Scale.MEAN_SQUARED_ERROR && !symmetric) {
      throw new IllegalArgumentException(
          "the search for the smallest squared error is for symmetric weights; give affine ones"
              + " MAX_ABS or MEAN_STD");
    }
    if (levels == Levels.DOREFA && groups != 1) {
      throw new IllegalArgumentException(
          "DOREFA weights have one scale per tensor (groups 1), got groups " + groups);
    }
  }

  private static void requireBits(Levels levels, int bits) {
    boolean fits =
        switch (levels) {
          case UNIFORM -> (bits >= 2 && bits <= 8) || bits == 16;
          case POWER_OF_TWO -> bits >= 2 && bits <= 4;
          case BINARY -> bits == 1;
          case TERNARY -> bits == 2;
          case DOREFA -> bits >= 1 && bits <= 7;
          case REAL -> bits == 32;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          levels
              + " weights cannot have "
              + bits
              + " bits: UNIFORM takes 2 to 8 or 16, POWER_OF_TWO 2 to 4 and DOREFA 1 to 7 (more do"
              + " not fit int8 codes), BINARY 1, TERNARY 2");
    }
  }

  /**
   * What is usual for so many bits, per channel: 1 is {@link #binary}, 2 to 4 learn their scale,
   * more take it from the largest magnitude.
   *
   * @param bits 1 to 8 or 16
   * @throws IllegalArgumentException for any other number of bits
   */
  public static WeightScheme ofBits(int bits) {
    if (!(bits >= 1 && bits <= 8) && bits != 16) {
      throw new IllegalArgumentException("weightBits must be in 1..8 or 16, got " + bits);
    }
    return bits == 1 ? binary() : bits <= 4 ? lsq(bits) : uniform(bits);
  }

  /** Symmetric in the narrow range, per channel, scaled by the largest magnitude. */
  public static WeightScheme uniform(int bits) {
    return of(Levels.UNIFORM, bits, PER_CHANNEL, Scale.MAX_ABS);
  }

  /** Symmetric in the narrow range with one learned step per channel: LSQ. */
  public static WeightScheme lsq(int bits) {
    return of(Levels.UNIFORM, bits, PER_CHANNEL, Scale.LEARNED);
  }

  /** Sign times mean magnitude, per channel: XNOR-Net. */
  public static WeightScheme binary() {
    return of(Levels.BINARY, 1, PER_CHANNEL, Scale.MAX_ABS);
  }

  /** Sign times mean magnitude, or 0 for small weights; per tensor: TWN. */
  public static WeightScheme ternary() {
    return of(Levels.TERNARY, 2, 1, Scale.MAX_ABS);
  }

  /** DoReFa-Net's weights. */
  public static WeightScheme dorefa(int bits) {
    return of(Levels.DOREFA, bits, 1, Scale.MAX_ABS);
  }

  /** 0 and ± powers of two, per channel, the largest magnitude on the largest level. */
  public static WeightScheme powerOfTwo(int bits) {
    return of(Levels.POWER_OF_TWO, bits, PER_CHANNEL, Scale.MAX_ABS);
  }

  /** Weights that stay real: the layer is exempt from quantization. */
  public static WeightScheme real() {
    return of(Levels.REAL, 32, PER_CHANNEL, Scale.MAX_ABS);
  }

  private static WeightScheme of(Levels levels, int bits, int groups, Scale scale) {
    return new WeightScheme(levels, bits, true, groups, scale, DEFAULT_SIGMAS, false);
  }

  /** The same with one scale for all weights. */
  public WeightScheme perTensor() {
    return perGroup(1);
  }

  /** The same with one scale for each output channel. */
  public WeightScheme perChannel() {
    return perGroup(PER_CHANNEL);
  }

  /** The same with one scale for each of so many equal runs of output channels. */
  public WeightScheme perGroup(int count) {
    return new WeightScheme(levels, bits, symmetric, count, scale, sigmas, powerOfTwoScale);
  }

  /** The same with a zero point for each group. */
  public WeightScheme affine() {
    return new WeightScheme(levels, bits, false, groups, scale, sigmas, powerOfTwoScale);
  }

  /** The same with the scale chosen so. */
  public WeightScheme scaledBy(Scale rule) {
    return new WeightScheme(levels, bits, symmetric, groups, rule, sigmas, powerOfTwoScale);
  }

  /** The same, clipped to mean ± k standard deviations. */
  public WeightScheme clippedTo(double k) {
    return new WeightScheme(levels, bits, symmetric, groups, Scale.MEAN_STD, k, powerOfTwoScale);
  }

  /** The same with scales rounded up to powers of two. */
  public WeightScheme withPowerOfTwoScale() {
    return new WeightScheme(levels, bits, symmetric, groups, scale, sigmas, true);
  }

  public boolean isReal() {
    return levels == Levels.REAL;
  }

  boolean learns() {
    return scale == Scale.LEARNED;
  }

  /**
   * How many scales weights of so many output channels have.
   *
   * @throws IllegalArgumentException if the channels cannot be shared out evenly
   */
  public int groupsOf(long outChannels) {
    int count = groups == PER_CHANNEL ? Math.toIntExact(outChannels) : groups;
    if (outChannels % count != 0) {
      throw new IllegalArgumentException(
          outChannels + " output channels cannot be shared out evenly to " + count + " groups");
    }
    return count;
  }

  /**
   * The codes of deployed weights: symmetric, so that a negative batch-norm gamma can negate them.
   */
  public IntRange codes() {
    return switch (levels) {
      case UNIFORM -> IntRange.signedNarrow(bits);
      case BINARY, TERNARY -> IntRange.signedNarrow(2);
      case DOREFA -> IntRange.signedNarrow(bits + 1);
      case POWER_OF_TWO -> IntRange.signedNarrow(PowerOfTwoWeights.exponents(bits) + 1);
      case REAL -> throw new IllegalStateException("real weights have no codes");
    };
  }

  /** The largest magnitude of a code minus its zero point. */
  public int reach() {
    return symmetric ? codes().reach(0) : codes().steps();
  }

  @Override
  public String toString() {
    if (isReal()) {
      return "float32";
    }
    String what =
        levels == Levels.UNIFORM
            ? (symmetric ? "symmetric" : "affine") + ", scale " + scale
            : levels.toString();
    String per = groups == PER_CHANNEL ? "channel" : groups == 1 ? "tensor" : groups + " groups";
    return bits + " bits, " + what + (powerOfTwoScale ? " 2^n" : "") + ", per " + per;
  }
}
