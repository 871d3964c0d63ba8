package org.qat4j.layers;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.qat4j.quantizers.ActivationQuantizer.Mode;

/**
 * When each part of quantization-aware training starts, in training iterations (parameter updates).
 *
 * <p>Before {@code quantizeFrom} the network trains in floating point while ranges are already
 * observed.
 *
 * @param quantizeFrom first iteration with fake quantization; {@link #NEVER} to train in floating
 *     point without observing ranges
 * @param freezeStatisticsFrom first iteration in which batch normalization uses its running
 *     statistics, as deployment does (Krishnamoorthi 2018, sec. 3.2.2); {@link #NEVER} for none
 * @param freezeRangesFrom first iteration in which observed ranges no longer move, while learned
 *     ones are trained to the end; {@link #NEVER} for none
 */
public record Schedule(
    @JsonProperty("quantizeFrom") int quantizeFrom,
    @JsonProperty("freezeStatisticsFrom") int freezeStatisticsFrom,
    @JsonProperty("freezeRangesFrom") int freezeRangesFrom)
    implements Serializable {
  public static final int NEVER = Integer.MAX_VALUE;

  /** Quantizes from the first iteration and freezes nothing. */
  public static final Schedule IMMEDIATE = new Schedule(0, NEVER, NEVER);

  /** Never quantizes: training in plain floating point, on the layers of this package. */
  public static final Schedule FLOAT = new Schedule(NEVER, NEVER, NEVER);

  @JsonCreator
  public Schedule {
    if (quantizeFrom < 0 || freezeStatisticsFrom < 0 || freezeRangesFrom < 1) {
      throw new IllegalArgumentException(
          "schedule iterations must be >= 0, and ranges need at least one batch before they freeze; got quantizeFrom "
              + quantizeFrom
              + ", freezeStatisticsFrom "
              + freezeStatisticsFrom
              + ", freezeRangesFrom "
              + freezeRangesFrom);
    }
  }

  /** What the step of an iteration does with ranges. */
  Mode rangesAt(int iteration) {
    boolean frozen = iteration >= freezeRangesFrom;
    if (iteration >= quantizeFrom) {
      return frozen ? Mode.FROZEN : Mode.QUANTIZING;
    }
    return frozen || quantizeFrom == NEVER ? Mode.FLOATING : Mode.OBSERVING;
  }
}
