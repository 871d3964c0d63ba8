package org.qat4j.jobs.evaluation;

import java.util.ArrayList;
import java.util.List;
import org.qat4j.scheme.IntRange;

/** Counts of integer codes in bins of equal width. Grows by {@link #add}. */
public final class CodeHistogram {
  private static final int MOST_BINS = 64;

  private final IntRange range;
  private final int width;
  private final long[] counts;

  CodeHistogram(IntRange range) {
    this.range = range;
    this.width = (range.steps() + MOST_BINS) / MOST_BINS;
    this.counts = new long[range.steps() / width + 1];
  }

  void add(int code) {
    counts[(code - range.min()) / width]++;
  }

  Bins bins() {
    List<Long> copy = new ArrayList<>();
    for (long count : counts) {
      copy.add(count);
    }
    return new Bins(range.min(), width, copy);
  }

  /**
   * The finished counts.
   *
   * @param first smallest code of the first bin
   * @param width codes of one bin
   * @param counts one per bin
   */
  public record Bins(int first, int width, List<Long> counts) {
    public Bins {
      counts = List.copyOf(counts);
    }
  }
}
