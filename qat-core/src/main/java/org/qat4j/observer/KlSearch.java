package org.qat4j.observer;

import org.qat4j.scheme.IntRange;

/** Tries the thresholds of {@link RangeEstimator.KlDivergence}. */
final class KlSearch {
  private static final double UNIFORM_PART = 1e-4;

  private final Histogram histogram;
  private final int levels;

  KlSearch(Histogram histogram, IntRange codes) {
    this.histogram = histogram;
    this.levels = codes.steps() + 1;
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
    for (int i = 0; i < histogram.bins(); i++) {
      p[Math.max(0, Math.min(i - from, bins - 1))] += histogram.count(i);
    }
    for (int i = 0; i < bins; i++) {
      mass[level(i, bins)] += histogram.count(from + i);
      occupied[level(i, bins)] += p[i] > 0 ? 1 : 0;
    }
    double sum = 0;
    for (int i = 0; i < bins; i++) {
      if (p[i] > 0) {
        int level = level(i, bins);
        double reference = smooth(p[i] / histogram.count(), bins);
        double quantized = smooth(mass[level] / occupied[level] / histogram.count(), bins);
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
