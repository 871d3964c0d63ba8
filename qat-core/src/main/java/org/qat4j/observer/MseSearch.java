package org.qat4j.observer;

import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Tries the ranges of {@link RangeEstimator.MeanSquaredError}. */
final class MseSearch {
  private static final double FACTORS_PER_OCTAVE = 32;

  private MseSearch() {}

  static RealRange best(Histogram histogram, IntRange codes) {
    RealRange whole = histogram.range().includingZero();
    float largest = Math.max(-whole.min(), whole.max());
    RealRange best = whole;
    double least = error(histogram, whole, codes);
    double factor = 1;
    for (int i = 1; largest * factor > histogram.width(); i++) {
      factor = StrictMath.pow(2, -i / FACTORS_PER_OCTAVE);
      RealRange range =
          new RealRange((float) (whole.min() * factor), (float) (whole.max() * factor));
      double error = error(histogram, range, codes);
      if (error < least) {
        least = error;
        best = range;
      }
    }
    return best;
  }

  private static double error(Histogram histogram, RealRange range, IntRange codes) {
    QuantParams params = QuantParams.affine(range.min(), range.max(), codes);
    double sum = 0;
    for (int i = 0; i < histogram.bins(); i++) {
      if (histogram.count(i) > 0) {
        float real = (float) histogram.center(i);
        double error = (double) real - params.fakeQuantize(real);
        sum += error * error * histogram.count(i);
      }
    }
    return sum;
  }
}
