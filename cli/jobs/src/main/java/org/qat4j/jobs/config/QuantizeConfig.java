package org.qat4j.jobs.config;

import java.util.Optional;
import org.qat4j.observer.RangeEstimator;
import org.qat4j.observer.RangeObserver;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.Observation;
import org.qat4j.quantizers.WeightScheme;

/**
 * How a network is quantized without training.
 *
 * @param model that network: a zip file or a Java class
 * @param data where images are
 * @param images to calibrate with, at least 1
 * @param estimator how ranges are chosen: an estimator or a moving average of the batches'
 *     extremes, perhaps with a number behind a colon; empty for what is usual for so many bits
 * @param weightBits 1 to 8 or 16
 * @param activationBits 1 to 8 or 16
 * @param maxDrop largest loss of accuracy on the test images, 0 to 100 points, until which other
 *     ways are tried; empty for no other way
 * @param seed of the choice of images
 */
public record QuantizeConfig(
    String model,
    String data,
    int images,
    Optional<String> estimator,
    int weightBits,
    int activationBits,
    Optional<Double> maxDrop,
    long seed) {
  private static final String AVERAGE = new RangeObserver.MovingAverage(1).name();

  /**
   * @throws IllegalArgumentException if a number or a name is none of those
   */
  public QuantizeConfig {
    if (images < 1) {
      throw new IllegalArgumentException("--images must be at least 1, got " + images);
    }
    if (maxDrop.isPresent() && !(maxDrop.get() >= 0 && maxDrop.get() <= 100)) {
      throw new IllegalArgumentException(
          "--max-drop must be 0 to 100 percentage points, got " + maxDrop.get());
    }
    WeightScheme.ofBits(weightBits);
    activations(estimator, activationBits);
    calibration(estimator);
  }

  public WeightScheme weights() {
    return WeightScheme.ofBits(weightBits);
  }

  /** Whoever names an estimator wants ranges from it, with few bits too. */
  public ActivationScheme activations() {
    return activations(estimator, activationBits);
  }

  /** How the extremes of batches become one range, where no more is asked for. */
  public RangeObserver calibration() {
    return calibration(estimator);
  }

  private static ActivationScheme activations(Optional<String> estimator, int bits) {
    ActivationScheme usual = ActivationScheme.ofBits(bits);
    return estimator
        .map(
            text -> averages(text) ? new RangeEstimator.MinMax() : RangeEstimator.parse(rule(text)))
        .<ActivationScheme>map(
            rule -> ActivationScheme.observed(bits).observing(Observation.of(rule)))
        .orElse(usual);
  }

  private static RangeObserver calibration(Optional<String> estimator) {
    return estimator
        .filter(QuantizeConfig::averages)
        .map(text -> RangeObserver.parse(rule(text)))
        .orElse(new RangeObserver.MinMax());
  }

  private static boolean averages(String text) {
    return text.startsWith(AVERAGE);
  }

  /** Shells want parentheses quoted. */
  private static String rule(String text) {
    return text.replaceFirst(":(.*)", "($1)");
  }
}
