package org.qat4j.observer;

import org.qat4j.scheme.IntRange;

/** The greedy search of {@link RangeEstimator.L2Norm}. Lengths are in bins. */
final class L2Search {
  private static final double QUANTILE_STEP = 1e-5;

  private final Histogram histogram;
  private final int levels;
  private final double[] countBefore;

  L2Search(Histogram histogram, IntRange codes) {
    this.histogram = histogram;
    this.levels = codes.steps() + 1;
    this.countBefore = new double[histogram.bins() + 1];
    for (int i = 0; i < histogram.bins(); i++) {
      countBefore[i + 1] = countBefore[i] + histogram.count(i);
    }
  }

  RealRange best() {
    RealRange whole = histogram.range();
    double lowQuantile = 0;
    double highQuantile = 1;
    int from = 0;
    int last = histogram.bins() - 1;
    double least = Double.POSITIVE_INFINITY;
    while (lowQuantile < highQuantile) {
      int left = advance(from, lowQuantile + QUANTILE_STEP);
      int right = retreat(last, highQuantile - QUANTILE_STEP);
      boolean leftMoves = left - from > last - right;
      if (leftMoves) {
        lowQuantile += QUANTILE_STEP;
      } else {
        highQuantile -= QUANTILE_STEP;
      }
      int nextFrom = leftMoves ? left : from;
      int nextLast = leftMoves ? last : right;
      if (nextFrom == from && nextLast == last) {
        continue;
      }
      double error = squaredError(nextFrom, nextLast);
      if (error > least) {
        break;
      }
      least = error;
      from = nextFrom;
      last = nextLast;
    }
    return from == 0 && last == histogram.bins() - 1 ? whole : histogram.between(from, last + 1);
  }

  private int advance(int from, double quantile) {
    int left = from;
    while (left < histogram.zeroBin()
        && countBefore[left + 1] < quantile * countBefore[histogram.bins()]) {
      left++;
    }
    return left;
  }

  private int retreat(int last, double quantile) {
    int right = last;
    while (right > histogram.zeroBin()
        && countBefore[right + 1] > quantile * countBefore[histogram.bins()]) {
      right--;
    }
    return right;
  }

  /** Of quantizing the bins to equal steps between two of them, each to the middle of its step. */
  private double squaredError(int from, int last) {
    double step = (last - from + 1) / (double) levels;
    double sum = 0;
    for (int i = 0; i < histogram.bins(); i++) {
      double begin = i - from;
      double end = begin + 1;
      double beginLevel = level(begin, step);
      double endLevel = level(end, step);
      double wholeSteps = (endLevel - beginLevel) * 2 * integral(step / 2);
      sum +=
          histogram.count(i)
              * (integral(end - (endLevel + 0.5) * step)
                  - integral(begin - (beginLevel + 0.5) * step)
                  + wholeSteps);
    }
    return sum;
  }

  private double level(double position, double step) {
    return Math.max(0, Math.min(Math.floor(position / step), levels - 1));
  }

  /** Of the squared error from 0 to a distance. */
  private static double integral(double distance) {
    return distance * distance * distance / 3;
  }
}
