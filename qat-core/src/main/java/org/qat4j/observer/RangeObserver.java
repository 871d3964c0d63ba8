package org.qat4j.observer;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A rule that merges the range of one more batch into the range observed so far. Stateless: the
 * caller keeps the range.
 */
public sealed interface RangeObserver extends Rule<RangeObserver> {
  /** Each rule once, with the usual number where it has one; the names are from here. */
  static List<RangeObserver> all() {
    return List.of(new MovingAverage(0.01f), new MinMax());
  }

  /**
   * The rule of a name: {@code minMax}, {@code movingAverage(0.05)}.
   *
   * @throws IllegalArgumentException if there is none of the name, or it does not take the number
   */
  static RangeObserver parse(String text) {
    return Rule.parse(text, all());
  }

  /**
   * Takes one more batch into account.
   *
   * @param observed the range after all earlier batches
   * @param batch the range of the newest batch
   * @return the range that includes the newest batch
   */
  RealRange observe(RealRange observed, RealRange batch);

  /** The smallest and largest value ever seen. */
  record MinMax() implements RangeObserver {
    @Override
    public String name() {
      return "minMax";
    }

    @Override
    public RealRange observe(RealRange observed, RealRange batch) {
      return observed.union(batch);
    }
  }

  /**
   * Exponential moving average of each bound (Jacob et al. 2018, arXiv:1712.05877, sec. 3.1).
   *
   * @param rate weight of the newest batch, in (0, 1]
   */
  record MovingAverage(float rate) implements RangeObserver {
    public MovingAverage {
      if (!(rate > 0f && rate <= 1f)) {
        throw new IllegalArgumentException("rate must be in (0, 1], got " + rate);
      }
    }

    @Override
    public String name() {
      return "movingAverage";
    }

    @Override
    public OptionalDouble number() {
      // The decimal that the float was made of.
      return OptionalDouble.of(Double.parseDouble(Float.toString(rate)));
    }

    @Override
    public RangeObserver with(double number) {
      return new MovingAverage((float) number);
    }

    @Override
    public RealRange observe(RealRange observed, RealRange batch) {
      return new RealRange(
          observed.min() + rate * (batch.min() - observed.min()),
          observed.max() + rate * (batch.max() - observed.max()));
    }
  }
}
