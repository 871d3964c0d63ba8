package org.qat4j.quantizers;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;
import org.qat4j.scheme.IntRange;

/**
 * How the weights of a layer become codes. Part of a network's configuration, so it is saved with
 * it.
 *
 * <p>Whatever the scheme, a deployed layer holds integer codes and one scale and zero point per
 * output channel. Groups of channels that share a scale are deployed as channels with equal scales.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = UniformWeights.class, name = "uniform"),
  @JsonSubTypes.Type(value = MeanStdWeights.class, name = "meanStd"),
  @JsonSubTypes.Type(value = LeastSquaresWeights.class, name = "leastSquares"),
  @JsonSubTypes.Type(value = LearnedStepWeights.class, name = "lsq"),
  @JsonSubTypes.Type(value = BinaryWeights.class, name = "binary"),
  @JsonSubTypes.Type(value = TernaryWeights.class, name = "ternary"),
  @JsonSubTypes.Type(value = DoReFaWeights.class, name = "dorefa"),
  @JsonSubTypes.Type(value = PowerOfTwoWeights.class, name = "powerOfTwo"),
  @JsonSubTypes.Type(value = RealWeights.class, name = "real")
})
public sealed interface WeightScheme extends Serializable
    permits WeightScheme.Grouped, DoReFaWeights, RealWeights {

  /** Bits of a weight; 32 where weights stay real. */
  int bits();

  /**
   * The codes of deployed weights: symmetric, so that a negative batch-norm gamma can negate them.
   *
   * @throws IllegalStateException if weights stay real
   */
  default IntRange codes() {
    return IntRange.signedNarrow(bits());
  }

  /** Which weights share a scale. */
  Granularity granularity();

  /** Turns weights into codes. */
  WeightQuantizer quantizer();

  /** The largest magnitude of a code minus its zero point. */
  default int reach() {
    return codes().reach(0);
  }

  /** Whether training trains the scales. */
  default boolean learns() {
    return false;
  }

  /** Whether a code stands for exactly 0, so that pruned weights stay pruned. */
  default boolean hasZero() {
    return true;
  }

  /** Whether the layer is exempt from quantization. */
  default boolean isReal() {
    return false;
  }

  /**
   * Whether weights that lie on values of codes, the largest of each group on the outermost, keep
   * these codes: their scale does not move, and the next code is one step away. Then rounding up or
   * down is the same as storing the value of the code.
   */
  default boolean keepsCodes() {
    return false;
  }

  /**
   * How many scales weights of so many output channels have.
   *
   * @throws IllegalArgumentException if the channels cannot be shared out evenly
   */
  default int groupsOf(long outChannels) {
    return granularity().groupsOf(outChannels);
  }

  /**
   * What is usual for so many bits, per channel: 1 is {@link #binary}, 2 to 4 learn their scale,
   * more take it from the largest magnitude.
   *
   * @param bits 1 to 8 or 16
   * @throws IllegalArgumentException for any other number of bits
   */
  static WeightScheme ofBits(int bits) {
    if (!(bits >= 1 && bits <= 8) && bits != 16) {
      throw new IllegalArgumentException("weightBits must be in 1..8 or 16, got " + bits);
    }
    return bits == 1 ? binary() : bits <= 4 ? lsq(bits) : uniform(bits);
  }

  /** Symmetric in the narrow range, per channel, scaled by the largest magnitude. */
  static UniformWeights uniform(int bits) {
    return new UniformWeights(bits, true, Granularity.CHANNEL, false);
  }

  /** Symmetric in the narrow range, per channel, clipped where the squared error is smallest. */
  static LeastSquaresWeights leastSquares(int bits) {
    return new LeastSquaresWeights(bits, Granularity.CHANNEL, false);
  }

  /** Symmetric in the narrow range with one learned step per channel: LSQ. */
  static LearnedStepWeights lsq(int bits) {
    return new LearnedStepWeights(bits, Granularity.CHANNEL);
  }

  /** Sign times mean magnitude, per channel: XNOR-Net. */
  static BinaryWeights binary() {
    return new BinaryWeights(Granularity.CHANNEL);
  }

  /** Sign times mean magnitude, or 0 for small weights; per tensor: TWN. */
  static TernaryWeights ternary() {
    return new TernaryWeights(Granularity.TENSOR);
  }

  /** DoReFa-Net's weights. */
  static DoReFaWeights dorefa(int bits) {
    return new DoReFaWeights(bits);
  }

  /** 0 and ± powers of two, per channel, the largest magnitude on the largest level. */
  static PowerOfTwoWeights powerOfTwo(int bits) {
    return new PowerOfTwoWeights(bits, Granularity.CHANNEL);
  }

  /** Weights that stay real: the layer is exempt from quantization. */
  static RealWeights real() {
    return new RealWeights();
  }

  /**
   * A scheme whose scales can be shared in several ways.
   *
   * @param <S> the scheme itself
   */
  sealed interface Grouped<S extends Grouped<S>> extends WeightScheme
      permits UniformWeights,
          MeanStdWeights,
          LeastSquaresWeights,
          LearnedStepWeights,
          BinaryWeights,
          TernaryWeights,
          PowerOfTwoWeights {
    /** The same with scales shared so. */
    S shared(Granularity granularity);

    /** The same with one scale for all weights. */
    default S perTensor() {
      return shared(Granularity.TENSOR);
    }

    /** The same with one scale for each output channel. */
    default S perChannel() {
      return shared(Granularity.CHANNEL);
    }

    /** The same with one scale for each of so many equal runs of output channels. */
    default S perGroup(int count) {
      return shared(new Granularity.PerGroup(count));
    }
  }
}
