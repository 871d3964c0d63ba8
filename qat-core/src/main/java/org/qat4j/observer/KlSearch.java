package org.qat4j.observer;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.qat4j.scheme.IntRange;

/** Tries the thresholds of {@link RangeEstimator.KlDivergence}. */
final class KlSearch {
  private static final double UNIFORM_PART = 1e-4;

  private final Histogram histogram;
  private final long[] counts;
  private final long total;
  private final int levels;

  KlSearch(Histogram histogram, IntRange codes) {
    this.histogram = histogram;
    this.levels = codes.steps() + 1;
    this.counts = IntStream.range(0, histogram.bins()).mapToLong(histogram::count).toArray();
    int zero = histogram.zeroBin();
    if (zero < counts.length) {
      counts[zero] = Math.min(counts[zero], Math.max(count(zero - 1), count(zero + 1)));
    }
    this.total = LongStream.of(counts).sum();
  }

  /** No peak at 0, of a ReLU say: a code stands for 0 exactly, whatever the range. */
  private long count(int bin) {
    return bin >= 0 && bin < counts.length ? counts[bin] : 0;
  }

  RealRange best() {
    RealRange whole = histogram.range();
    int zero = histogram.zeroBin();
    int positive = histogram.bins() - zero;
    int sides = whole.min() < 0 && whole.max() > 0 ? 2 : 1;
    RealRange best = whole;
    double least = Double.POSITIVE_INFINITY;
    for (int t = Math.max(zero, positive); t >= Math.max(1, levels / sides); t--) {
      int from = Math.max(0, zero - t);
      int to = zero + Math.min(positive, t);
      double divergence = divergence(from, to);
      if (divergence < least) {
        least = divergence;
        best = histogram.between(from, to);
      }
    }
    return best;
  }

  /** Of the bins from {@code from} to {@code to}, exclusive, from their quantized distribution. */
  private double divergence(int from, int to) {
    int bins = to - from;
    double[] p = new double[bins];
    double[] mass = new double[levels];
    int[] occupied = new int[levels];
    for (int i = 0; i < counts.length; i++) {
      p[Math.max(0, Math.min(i - from, bins - 1))] += counts[i];
    }
    for (int i = 0; i < bins; i++) {
      mass[level(i, bins)] += counts[from + i];
      occupied[level(i, bins)] += p[i] > 0 ? 1 : 0;
    }
    double sum = 0;
    for (int i = 0; i < bins; i++) {
      if (p[i] > 0) {
        int level = level(i, bins);
        double reference = smooth(p[i] / total, bins);
        double quantized = smooth(mass[level] / occupied[level] / total, bins);
        sum += reference * StrictMath.log(reference / quantized);
      }
    }
    return sum;
  }

  private int level(int bin, int bins) {
    return (int) ((long) bin * levels / bins);
  }

  private static double smooth(double probability, int bins) {
    return (1 - UNIFORM_PART) * probability + UNIFORM_PART / bins;
  }
}
