package org.qat4j.jobs;

import java.util.regex.Pattern;
import org.qat4j.jobs.config.PruneConfig;
import org.qat4j.jobs.config.QatTrainingConfig;
import org.qat4j.jobs.config.ScheduleConfig;
import org.qat4j.layers.Schedule;
import org.qat4j.pruning.Pruning;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.training.LayerSelector;
import org.qat4j.training.QatConfig;

/** What a configuration file says of quantization, as {@code Qat.prepare} takes it. */
final class Preparation {
  private Preparation() {}

  /**
   * @param prune what of pruning; zeros that there are stay zero
   * @param steps of the whole quantization-aware training
   */
  static QatConfig of(QatTrainingConfig settings, PruneConfig prune, int steps) {
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
    boolean pruned = prune.isOfWeights() && prune.during() == PruneConfig.During.FLOAT;
    prune(builder, prune, pruned ? Pruning.perLayer(0) : prune.weights(steps));
    return builder.build();
  }

  /**
   * Pruning in floating point.
   *
   * @param steps of the whole float training
   */
  static QatConfig ofFloat(PruneConfig prune, int steps) {
    QatConfig.Builder builder = QatConfig.floatingPointBuilder();
    if (prune.during() == PruneConfig.During.FLOAT) {
      prune(builder, prune, prune.weights(steps));
    }
    return builder.build();
  }

  private static void prune(QatConfig.Builder builder, PruneConfig prune, Pruning weights) {
    builder.prune(weights);
    if (!prune.exempt().isEmpty()) {
      builder.prune(prune.exempt(), Pruning.NONE);
    }
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
