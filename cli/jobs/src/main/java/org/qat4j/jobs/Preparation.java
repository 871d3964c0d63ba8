package org.qat4j.jobs;

import java.util.regex.Pattern;
import org.qat4j.jobs.config.QatTrainingConfig;
import org.qat4j.jobs.config.ScheduleConfig;
import org.qat4j.layers.Schedule;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.training.LayerSelector;
import org.qat4j.training.QatConfig;

/** What a configuration file says of quantization, as {@code Qat.prepare} takes it. */
final class Preparation {
  private Preparation() {}

  /**
   * @param steps of the whole quantization-aware training
   */
  static QatConfig of(QatTrainingConfig settings, int steps) {
    QatConfig.Builder builder =
        QatConfig.builder()
            .weights(settings.weights())
            .activations(settings.activations())
            .ranges(settings.observation())
            .schedule(schedule(settings.schedule(), steps));
    if (!settings.eightBitActivations().isEmpty()) {
      Pattern names = Pattern.compile(settings.eightBitActivations());
      builder.activations(
          new LayerSelector.Named(names),
          ActivationScheme.observed(8).observing(settings.observation()));
    }
    if (!settings.exempt().isEmpty()) {
      builder.exempt(settings.exempt());
    }
    if (settings.firstAndLastWeightBits() > 0) {
      builder.firstAndLast(settings.firstAndLastWeightBits());
    }
    return builder.build();
  }

  /** Fractions of the steps as iterations; ranges need one batch before they can freeze. */
  private static Schedule schedule(ScheduleConfig fractions, int steps) {
    return new Schedule(
        iteration(fractions.quantizeFrom(), steps),
        iteration(fractions.freezeStatisticsFrom(), steps),
        Math.max(1, iteration(fractions.freezeRangesFrom(), steps)));
  }

  private static int iteration(double fraction, int steps) {
    return fraction == 1 ? Schedule.NEVER : (int) Math.floor(fraction * steps);
  }
}
