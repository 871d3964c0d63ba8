package org.qat4j.observer;

import java.util.ArrayList;
import java.util.List;

/**
 * What was seen of one tensor's values: how often they occur, and the extremes of each batch.
 *
 * <p>Parts that were counted apart and merged in the order of their batches equal the whole. The
 * histogram does not even depend on that order, nor on how values are divided into batches.
 *
 * @param histogram of all values
 * @param batches smallest and largest value of each batch, in order
 */
public record TensorStatistics(Histogram histogram, List<RealRange> batches) {
  public TensorStatistics {
    batches = List.copyOf(batches);
  }

  /** Of no values. */
  public static TensorStatistics empty() {
    return new TensorStatistics(Histogram.empty(), List.of());
  }

  /**
   * These and one more batch.
   *
   * @param batch at least one value, all finite; not modified
   */
  public TensorStatistics add(float[] batch) {
    Histogram values = Histogram.empty().add(batch);
    return merge(new TensorStatistics(values, List.of(values.range())));
  }

  /** These, then others. */
  public TensorStatistics merge(TensorStatistics later) {
    List<RealRange> all = new ArrayList<>(batches);
    all.addAll(later.batches);
    return new TensorStatistics(histogram.merge(later.histogram), all);
  }

  /**
   * The ranges of the batches as one.
   *
   * @throws IllegalStateException if there are no batches
   */
  public RealRange joined(RangeObserver observer) {
    return batches.stream()
        .reduce(observer::observe)
        .orElseThrow(() -> new IllegalStateException("no batches were seen: add some first"));
  }
}
