package org.qat4j.quantizers;

import java.io.Serializable;
import java.util.regex.Pattern;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonValue;
import org.qat4j.observer.RangeEstimator;
import org.qat4j.observer.RangeObserver;

/**
 * How the range of a layer's output is observed.
 *
 * @param estimator what of a batch's values the range keeps
 * @param observer how the ranges of single batches become one
 */
public record Observation(RangeEstimator estimator, RangeObserver observer)
    implements Serializable {
  private static final String BETWEEN = ", ";

  /** A moving average of each batch's smallest and largest value, rate 0.01. */
  public static final Observation DEFAULT = of(new RangeEstimator.MinMax());

  /** Of the smallest and largest values ever seen. */
  public static Observation minMax() {
    return new Observation(new RangeEstimator.MinMax(), new RangeObserver.MinMax());
  }

  /** A moving average of ranges that keep a percentage of each batch's values. */
  public static Observation percentile(double percent) {
    return of(new RangeEstimator.Percentile(percent));
  }

  /** A moving average of mean ± k standard deviations of each batch. */
  public static Observation meanStd(double k) {
    return of(new RangeEstimator.MeanStd(k));
  }

  /** A moving average of ranges that are chosen so. */
  public static Observation of(RangeEstimator estimator) {
    return new Observation(estimator, new RangeObserver.MovingAverage(0.01f));
  }

  /**
   * The same with a moving average, in which the newest batch has that weight.
   *
   * @param rate in (0, 1]
   */
  public Observation withRate(double rate) {
    return new Observation(estimator, new RangeObserver.MovingAverage((float) rate));
  }

  /** Of what {@link #toString} gives, as a saved network has it. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static Observation parse(String text) {
    String[] rules = text.split(Pattern.quote(BETWEEN), 2);
    if (rules.length < 2) {
      throw new IllegalArgumentException(
          "expected '" + DEFAULT + "' or the like, got '" + text + "'");
    }
    return new Observation(RangeEstimator.parse(rules[0]), RangeObserver.parse(rules[1]));
  }

  /** Both rules by name, for example {@code percentile(99.9), movingAverage(0.01)}. */
  @JsonValue
  @Override
  public String toString() {
    return estimator.text() + BETWEEN + observer.text();
  }
}
