package org.qat4j.quantizers;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;
import org.qat4j.graph.Clip;
import org.qat4j.kernels.Rounding;
import org.qat4j.scheme.IntRange;

/**
 * How a layer's output becomes codes, with one scale and zero point per tensor. Part of a network's
 * configuration, so it is saved with it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ActivationScheme.Observed.class, name = "observed"),
  @JsonSubTypes.Type(value = ActivationScheme.Pact.class, name = "pact"),
  @JsonSubTypes.Type(value = ActivationScheme.Lsq.class, name = "lsq"),
  @JsonSubTypes.Type(value = ActivationScheme.LsqPlus.class, name = "lsqPlus")
})
public sealed interface ActivationScheme extends Serializable {

  /** Name of PACT's parameter. */
  String CLIP = "clip";

  /** Name of the parameter of learned scales. */
  String STEP = "step";

  /** Bits of a code: 1 to 8 or 16. */
  int bits();

  /** Whether codes lie around zero; else they start at 0. */
  boolean signed();

  /**
   * Whether real 0 is code 0, or the middle code where values below 0 need codes that start at 0;
   * else the zero point follows the range.
   */
  boolean symmetric();

  /** Name of the parameter that holds the range, learned or observed. */
  String parameter();

  /** Length of that parameter. */
  int parameterLength();

  /** Whether training trains the scale by gradients. */
  default boolean isLearned() {
    return !isStatistic(parameter());
  }

  /** The same with codes around zero. */
  ActivationScheme withSignedCodes();

  /**
   * What rounds one layer's output so.
   *
   * @param clip the activation function, which quantization fuses
   */
  ActivationQuantizer quantizer(Clip clip, Rounding rounding);

  /**
   * What is usual for so many bits: up to 4 learn their scale (LSQ), more observe an affine range.
   *
   * @param bits 1 to 8 or 16
   */
  static ActivationScheme ofBits(int bits) {
    return bits <= 4 ? lsq(bits) : observed(bits);
  }

  /** Unsigned and affine; the range is a moving average of each batch's extremes. */
  static Observed observed(int bits) {
    return new Observed(bits, false, false, Observation.DEFAULT);
  }

  /** Unsigned, with a learned clip. */
  static Pact pact(int bits) {
    return new Pact(bits, false);
  }

  /** Unsigned, with a learned scale. */
  static Lsq lsq(int bits) {
    return new Lsq(bits, false);
  }

  /** Unsigned, with a learned scale and offset. */
  static LsqPlus lsqPlus(int bits) {
    return new LsqPlus(bits, false);
  }

  default IntRange codes() {
    return signed() ? IntRange.signed(bits()) : IntRange.unsigned(bits());
  }

  /** Whether a parameter of that name is a running estimate, not trained by gradients. */
  static boolean isStatistic(String parameter) {
    return parameter.equals(RangeParameter.KEY);
  }

  /**
   * Checks that codes behind an activation function can stand for its values.
   *
   * @throws IllegalArgumentException if one bit would have to hold 0, negative and positive values
   */
  default void requireFits(Clip clip) {
    if (bits() == 1 && symmetric() && clip.min() < 0) {
      throw new IllegalArgumentException(
          "1-bit symmetric codes hold 0 and one other value, but without ReLU the output has both"
              + " signs; put a ReLU behind the layer or give it observed affine codes or more bits");
    }
  }

  /** The code of real 0 in symmetric codes. */
  default int middle(Clip clip) {
    return signed() || clip.min() >= 0 ? 0 : 1 << (bits() - 1);
  }

  /**
   * The largest magnitude of a code minus its zero point, wherever training puts that.
   *
   * @param clip the activation function before the codes
   */
  default int reach(Clip clip) {
    return symmetric() ? codes().reach(middle(clip)) : codes().steps();
  }

  private static void requireCodes(int bits, boolean signed) {
    if (!(bits >= 1 && bits <= 8) && bits != 16) {
      throw new IllegalArgumentException("activationBits must be in 1..8 or 16, got " + bits);
    }
    if (signed && bits == 1) {
      throw new IllegalArgumentException(
          "signed codes of 1 bit would be -1 and 0 and hold nothing positive; use unsigned ones");
    }
  }

  private static String describe(ActivationScheme scheme, String scale) {
    return scheme.bits()
        + (scheme.signed() ? " bits, signed " : " bits, unsigned ")
        + (scheme.symmetric() ? "symmetric, " : "affine, ")
        + scale;
  }

  /**
   * The scale spans the values seen in training.
   *
   * @param observation how the range is observed
   */
  record Observed(
      @JsonProperty("bits") int bits,
      @JsonProperty("signed") boolean signed,
      @JsonProperty("symmetric") boolean symmetric,
      @JsonProperty("observation") Observation observation)
      implements ActivationScheme {
    @JsonCreator
    public Observed {
      requireCodes(bits, signed);
    }

    /** The same with real 0 at code 0 or, where values below 0 need it, in the middle. */
    public Observed withSymmetricRange() {
      return new Observed(bits, signed, true, observation);
    }

    /** The same with ranges observed so. */
    public Observed observing(Observation how) {
      return new Observed(bits, signed, symmetric, how);
    }

    @Override
    public Observed withSignedCodes() {
      return new Observed(bits, true, symmetric, observation);
    }

    @Override
    public String parameter() {
      return RangeParameter.KEY;
    }

    @Override
    public int parameterLength() {
      return RangeParameter.LENGTH;
    }

    @Override
    public ActivationQuantizer quantizer(Clip clip, Rounding rounding) {
      return new ObservedQuantizer(this, clip, rounding);
    }

    @Override
    public String toString() {
      return describe(this, observation.toString());
    }
  }

  /** A learned clip (PACT, Choi et al. 2018, arXiv:1805.06085). */
  record Pact(@JsonProperty("bits") int bits, @JsonProperty("signed") boolean signed)
      implements ActivationScheme {
    @JsonCreator
    public Pact {
      requireCodes(bits, signed);
    }

    @Override
    public boolean symmetric() {
      return true;
    }

    @Override
    public Pact withSignedCodes() {
      return new Pact(bits, true);
    }

    @Override
    public String parameter() {
      return CLIP;
    }

    @Override
    public int parameterLength() {
      return 1;
    }

    @Override
    public ActivationQuantizer quantizer(Clip clip, Rounding rounding) {
      return new LearnedClipQuantizer(this, clip, rounding);
    }

    @Override
    public String toString() {
      return describe(this, "learned clip (PACT)");
    }
  }

  /** A learned scale (LSQ, Esser et al. 2020, arXiv:1902.08153). */
  record Lsq(@JsonProperty("bits") int bits, @JsonProperty("signed") boolean signed)
      implements ActivationScheme {
    @JsonCreator
    public Lsq {
      requireCodes(bits, signed);
    }

    @Override
    public boolean symmetric() {
      return true;
    }

    @Override
    public Lsq withSignedCodes() {
      return new Lsq(bits, true);
    }

    @Override
    public String parameter() {
      return STEP;
    }

    @Override
    public int parameterLength() {
      return 1;
    }

    @Override
    public ActivationQuantizer quantizer(Clip clip, Rounding rounding) {
      return new LearnedStepQuantizer(this, clip, rounding);
    }

    @Override
    public String toString() {
      return describe(this, "learned step (LSQ)");
    }
  }

  /** A learned scale and offset (LSQ+, Bhalgat et al. 2020, arXiv:2004.09576). */
  record LsqPlus(@JsonProperty("bits") int bits, @JsonProperty("signed") boolean signed)
      implements ActivationScheme {
    @JsonCreator
    public LsqPlus {
      requireCodes(bits, signed);
    }

    @Override
    public boolean symmetric() {
      return false;
    }

    @Override
    public LsqPlus withSignedCodes() {
      return new LsqPlus(bits, true);
    }

    @Override
    public String parameter() {
      return STEP;
    }

    @Override
    public int parameterLength() {
      return 2;
    }

    @Override
    public ActivationQuantizer quantizer(Clip clip, Rounding rounding) {
      return new LearnedStepQuantizer(this, clip, rounding);
    }

    @Override
    public String toString() {
      return describe(this, "learned step and offset (LSQ+)");
    }
  }
}
