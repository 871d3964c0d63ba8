package org.qat4j.quantizers;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.qat4j.observer.RangeEstimator;
import org.qat4j.observer.RangeObserver;

/**
 * How the range of a layer's output is observed: what one batch's range is, and how batches become
 * one range.
 *
 * @param estimate what of a batch's values the range keeps
 * @param parameter percentage of {@link Estimate#PERCENTILE}, k of {@link Estimate#MEAN_STD};
 *     without effect on the others
 * @param merge how batches become one range
 * @param rate weight of the newest batch in a moving average, in (0, 1]
 */
public record Observation(
    @JsonProperty("estimate") Estimate estimate,
    @JsonProperty("parameter") double parameter,
    @JsonProperty("merge") Merge merge,
    @JsonProperty("rate") double rate)
    implements Serializable {

  /** What of a batch's values the range keeps; {@link RangeEstimator} defines each. */
  public enum Estimate {
    MIN_MAX,
    PERCENTILE,
    MEAN_STD,
    KL_DIVERGENCE,
    MEAN_SQUARED_ERROR,
    L2_NORM
  }

  /** How the ranges of single batches become one. */
  public enum Merge {
    /** Each bound follows the batches by an exponential moving average. */
    MOVING_AVERAGE,
    /** The smallest and the largest bound of all batches. */
    MIN_MAX
  }

  /** A moving average of each batch's smallest and largest value, rate 0.01. */
  public static final Observation DEFAULT =
      new Observation(Estimate.MIN_MAX, 0, Merge.MOVING_AVERAGE, 0.01);

  @JsonCreator
  public Observation {
    if (!(rate > 0 && rate <= 1)) {
      throw new IllegalArgumentException("rangeRate must be in (0, 1], got " + rate);
    }
    estimator(estimate, parameter);
  }

  /** Of the smallest and largest values ever seen. */
  public static Observation minMax() {
    return new Observation(Estimate.MIN_MAX, 0, Merge.MIN_MAX, 1);
  }

  /** A moving average of ranges that keep a percentage of each batch's values. */
  public static Observation percentile(double percent) {
    return DEFAULT.estimatedBy(Estimate.PERCENTILE, percent);
  }

  /** A moving average of mean ± k standard deviations of each batch. */
  public static Observation meanStd(double k) {
    return DEFAULT.estimatedBy(Estimate.MEAN_STD, k);
  }

  /** A moving average of ranges chosen so; for the estimates without a parameter. */
  public static Observation of(Estimate estimate) {
    return DEFAULT.estimatedBy(estimate, 0);
  }

  private Observation estimatedBy(Estimate other, double value) {
    return new Observation(other, value, merge, rate);
  }

  /** The same with that weight of the newest batch. */
  public Observation withRate(double newRate) {
    return new Observation(estimate, parameter, merge, newRate);
  }

  RangeEstimator estimator() {
    return estimator(estimate, parameter);
  }

  private static RangeEstimator estimator(Estimate estimate, double parameter) {
    return switch (estimate) {
      case MIN_MAX -> new RangeEstimator.MinMax();
      case PERCENTILE -> new RangeEstimator.Percentile(parameter);
      case MEAN_STD -> new RangeEstimator.MeanStd(parameter);
      case KL_DIVERGENCE -> new RangeEstimator.KlDivergence();
      case MEAN_SQUARED_ERROR -> new RangeEstimator.MeanSquaredError();
      case L2_NORM -> new RangeEstimator.L2Norm();
    };
  }

  RangeObserver merging() {
    return switch (merge) {
      case MOVING_AVERAGE -> new RangeObserver.MovingAverage((float) rate);
      case MIN_MAX -> new RangeObserver.MinMax();
    };
  }
}
