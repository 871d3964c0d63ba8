package org.qat4j.observer;

/**
 * A rule that merges the range of one more batch into the range observed so far. Stateless: the
 * caller keeps the range.
 */
public sealed interface RangeObserver {
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
    public RealRange observe(RealRange observed, RealRange batch) {
      return new RealRange(
          observed.min() + rate * (batch.min() - observed.min()),
          observed.max() + rate * (batch.max() - observed.max()));
    }
  }
}
