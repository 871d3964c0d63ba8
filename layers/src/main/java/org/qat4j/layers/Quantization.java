package org.qat4j.layers;

import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.qat4j.observer.RangeObserver;
import org.qat4j.scheme.IntRange;

/**
 * How one layer is quantized. Part of the network's configuration, so it is saved with it.
 *
 * <p>Weights are symmetric per output channel in the narrow range; activations are affine per
 * tensor and unsigned.
 *
 * @param weightBits 2 to 8
 * @param activationBits 2 to 8
 * @param rangeRule how batches are merged into the activation range
 * @param rangeRate weight of the newest batch in the moving average of the activation range, in (0,
 *     1]
 * @param schedule when quantization starts and when statistics and ranges freeze
 */
public record Quantization(
    @JsonProperty("weightBits") int weightBits,
    @JsonProperty("activationBits") int activationBits,
    @JsonProperty("rangeRule") RangeRule rangeRule,
    @JsonProperty("rangeRate") double rangeRate,
    @JsonProperty("schedule") Schedule schedule) {

  /** How the ranges of single batches become one. */
  public enum RangeRule {
    /** Each bound follows the batches by an exponential moving average. */
    MOVING_AVERAGE,
    /** The smallest and the largest value ever seen. */
    MIN_MAX
  }

  /** 8-bit weights and activations from the first iteration. */
  public static final Quantization INT8 =
      new Quantization(8, 8, RangeRule.MOVING_AVERAGE, 0.01, Schedule.IMMEDIATE);

  @JsonCreator
  public Quantization {
    requireBits("weightBits", weightBits);
    requireBits("activationBits", activationBits);
    if (!(rangeRate > 0 && rangeRate <= 1)) {
      throw new IllegalArgumentException("rangeRate must be in (0, 1], got " + rangeRate);
    }
  }

  private static void requireBits(String name, int bits) {
    if (bits < 2 || bits > 8) {
      throw new IllegalArgumentException(name + " must be in 2..8, got " + bits);
    }
  }

  public IntRange weightRange() {
    return IntRange.signedNarrow(weightBits);
  }

  public IntRange activationRange() {
    return IntRange.unsigned(activationBits);
  }

  RangeObserver observer() {
    return switch (rangeRule) {
      case MOVING_AVERAGE -> new RangeObserver.MovingAverage((float) rangeRate);
      case MIN_MAX -> new RangeObserver.MinMax();
    };
  }
}
