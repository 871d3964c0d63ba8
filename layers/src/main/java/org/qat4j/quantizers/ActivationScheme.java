package org.qat4j.quantizers;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.qat4j.graph.Clip;
import org.qat4j.observer.RealRange;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * How a layer's output becomes codes, with one scale and zero point per tensor. Part of a network's
 * configuration, so it is saved with it.
 *
 * @param method where the scale comes from
 * @param bits of a code: 1 to 8 or 16
 * @param signed whether codes lie around zero; else they start at 0
 * @param symmetric whether real 0 is code 0, or the middle code where values below 0 need codes
 *     that start at 0; else the zero point follows the range
 * @param observation how observed ranges are made; without effect on learned ones
 */
public record ActivationScheme(
    @JsonProperty("method") Method method,
    @JsonProperty("bits") int bits,
    @JsonProperty("signed") boolean signed,
    @JsonProperty("symmetric") boolean symmetric,
    @JsonProperty("observation") Observation observation)
    implements Serializable {

  /** Name of PACT's parameter. */
  public static final String CLIP = "clip";

  private static final String STEP = "step";

  /** Where the scale comes from. */
  public enum Method {
    /** From the values seen in training. */
    OBSERVED,
    /** A learned clip (PACT, Choi et al. 2018, arXiv:1805.06085). */
    PACT,
    /** A learned scale (LSQ, Esser et al. 2020, arXiv:1902.08153). */
    LSQ,
    /** A learned scale and offset (LSQ+, Bhalgat et al. 2020, arXiv:2004.09576). */
    LSQ_PLUS;

    /** Whether training trains the scale by gradients. */
    public boolean isLearned() {
      return this != OBSERVED;
    }
  }

  @JsonCreator
  public ActivationScheme {
    if (!(bits >= 1 && bits <= 8) && bits != 16) {
      throw new IllegalArgumentException("activationBits must be in 1..8 or 16, got " + bits);
    }
    if (signed && bits == 1) {
      throw new IllegalArgumentException(
          "signed codes of 1 bit would be -1 and 0 and hold nothing positive; use unsigned ones");
    }
    boolean offset = method == Method.LSQ_PLUS;
    if (method.isLearned() && symmetric == offset) {
      throw new IllegalArgumentException(
          method + (offset ? " learns its zero point: it is affine" : " is symmetric, not affine"));
    }
  }

  /**
   * What is usual for so many bits: up to 4 learn their scale (LSQ), more observe an affine range.
   *
   * @param bits 1 to 8 or 16
   */
  public static ActivationScheme ofBits(int bits) {
    return bits <= 4 ? lsq(bits) : observed(bits);
  }

  /** Unsigned and affine; the range is a moving average of each batch's extremes. */
  public static ActivationScheme observed(int bits) {
    return new ActivationScheme(Method.OBSERVED, bits, false, false, Observation.DEFAULT);
  }

  /** Unsigned, with a learned clip. */
  public static ActivationScheme pact(int bits) {
    return new ActivationScheme(Method.PACT, bits, false, true, Observation.DEFAULT);
  }

  /** Unsigned, with a learned scale. */
  public static ActivationScheme lsq(int bits) {
    return new ActivationScheme(Method.LSQ, bits, false, true, Observation.DEFAULT);
  }

  /** Unsigned, with a learned scale and offset. */
  public static ActivationScheme lsqPlus(int bits) {
    return new ActivationScheme(Method.LSQ_PLUS, bits, false, false, Observation.DEFAULT);
  }

  /** The same with codes around zero. */
  public ActivationScheme withSignedCodes() {
    return new ActivationScheme(method, bits, true, symmetric, observation);
  }

  /** The same with real 0 at code 0 or, where values below 0 need it, in the middle. */
  public ActivationScheme withSymmetricRange() {
    return new ActivationScheme(method, bits, signed, true, observation);
  }

  /** The same with ranges observed so. */
  public ActivationScheme observing(Observation how) {
    return new ActivationScheme(method, bits, signed, symmetric, how);
  }

  public IntRange codes() {
    return signed ? IntRange.signed(bits) : IntRange.unsigned(bits);
  }

  /** Name of the parameter that holds the range, learned or observed. */
  public String parameter() {
    return switch (method) {
      case OBSERVED -> RangeParameter.KEY;
      case PACT -> CLIP;
      case LSQ, LSQ_PLUS -> STEP;
    };
  }

  /** Length of that parameter. */
  public int parameterLength() {
    return switch (method) {
      case OBSERVED -> RangeParameter.LENGTH;
      case PACT, LSQ -> 1;
      case LSQ_PLUS -> 2;
    };
  }

  /** Whether a parameter of that name is a running estimate, not trained by gradients. */
  public static boolean isStatistic(String parameter) {
    return parameter.equals(RangeParameter.KEY);
  }

  /**
   * Checks that codes behind an activation function can stand for its values.
   *
   * @throws IllegalArgumentException if one bit would have to hold 0, negative and positive values
   */
  public void requireFits(Clip clip) {
    if (bits == 1 && symmetric && clip.min() < 0) {
      throw new IllegalArgumentException(
          "1-bit symmetric codes hold 0 and one other value, but without ReLU the output has both"
              + " signs; put a ReLU behind the layer or give it observed affine codes or more bits");
    }
  }

  /** The code of real 0 in symmetric codes. */
  int middle(Clip clip) {
    return signed || clip.min() >= 0 ? 0 : 1 << (bits - 1);
  }

  /**
   * The largest magnitude of a code minus its zero point, wherever training puts that.
   *
   * @param clip the activation function before the codes
   */
  public int reach(Clip clip) {
    return symmetric ? codes().reach(middle(clip)) : codes().steps();
  }

  /** The codes that a range is chosen for: of symmetric ones those that hold magnitudes. */
  IntRange magnitudes(Clip clip) {
    return symmetric ? new IntRange(0, codes().max() - middle(clip)) : codes();
  }

  /** Scale and zero point whose codes span a range of values behind an activation function. */
  QuantParams span(RealRange range, Clip clip) {
    if (!symmetric) {
      return QuantParams.affine(range.min(), range.max(), codes());
    }
    int zero = middle(clip);
    float largest = Math.max(Math.abs(range.min()), Math.abs(range.max()));
    float scale = QuantParams.affine(0, largest, magnitudes(clip)).scale();
    return new QuantParams(scale, zero, codes());
  }

  @Override
  public String toString() {
    return bits
        + " bits, "
        + (signed ? "signed " : "unsigned ")
        + (symmetric ? "symmetric, " : "affine, ")
        + (method == Method.OBSERVED ? observation : method);
  }
}
