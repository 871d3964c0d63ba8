package org.qat4j.jobs.config;

/**
 * When the parts of quantization-aware training start, as fractions of its steps: 0 is the first
 * step, 1 is never.
 *
 * @param quantizeFrom fake quantization; ranges are observed before
 * @param freezeStatisticsFrom batch-norm uses its running statistics, as deployment does
 * @param freezeRangesFrom activation ranges no longer move
 */
public record ScheduleConfig(
    double quantizeFrom, double freezeStatisticsFrom, double freezeRangesFrom) {
  public static final ScheduleConfig DEFAULT = new ScheduleConfig(0, 0.5, 0.75);

  public ScheduleConfig {
    Check.fraction("quantizeFrom", quantizeFrom);
    Check.fraction("freezeStatisticsFrom", freezeStatisticsFrom);
    Check.fraction("freezeRangesFrom", freezeRangesFrom);
    if (quantizeFrom == 1) {
      throw new InvalidValueException(
          "quantizeFrom", quantizeFrom, "0 to less than 1, or nothing is quantized");
    }
  }
}
