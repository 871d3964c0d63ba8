package org.qat4j.observer;

import java.util.Arrays;

/**
 * How often values occur: counts of equally wide bins between the smallest and the largest value,
 * zero always among them.
 *
 * <p>The histogram is a function of the values alone. In whatever order and in whatever parts they
 * are added or merged, equal values give equal histograms:
 *
 * <ul>
 *   <li>the width of a bin is a power of two, the smallest with which the bins from the smallest
 *       value (or 0) to the largest (or 0) keep within the budget;
 *   <li>bin {@code i} holds the values in {@code [i * width, (i + 1) * width)}, so that a wider
 *       range halves the number of bins by adding neighbours, without loss.
 * </ul>
 *
 * <p>Immutable. Bins are numbered from 0 here; {@link #lowerEdge} tells where they lie.
 */
public final class Histogram {
  /** The default budget of bins, as in TensorRT's and PyTorch's calibration. */
  public static final int BINS = 2048;

  /** Of the smallest float: a finer width separates nothing. */
  private static final int LEAST_EXPONENT = -149;

  private final int budget;
  private final float min;
  private final float max;
  private final int exponent;
  private final int first;
  private final long[] counts;
  private long total;

  /** All counts 0. The bounds are infinite and the wrong way round where there are no values. */
  private Histogram(int budget, float min, float max, int leastExponent) {
    this.budget = budget;
    // Turns -0 into 0, which is the same value.
    this.min = min + 0f;
    this.max = max + 0f;
    float low = min <= max ? Math.min(this.min, 0f) : 0f;
    float high = min <= max ? Math.max(this.max, 0f) : 0f;
    int width = leastExponent;
    while (bin(high, width) - bin(low, width) >= budget) {
      width++;
    }
    this.exponent = width;
    this.first = (int) bin(low, width);
    this.counts = new long[(int) bin(high, width) - first + 1];
  }

  /** No values, {@link #BINS} bins at most. */
  public static Histogram empty() {
    return empty(BINS);
  }

  /**
   * No values.
   *
   * @param budget largest number of bins, at least 2
   */
  public static Histogram empty(int budget) {
    if (budget < 2) {
      throw new IllegalArgumentException("a histogram needs at least 2 bins, got " + budget);
    }
    return new Histogram(budget, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, LEAST_EXPONENT);
  }

  /** This histogram and all of the values. */
  public Histogram add(float... values) {
    return add(values, 0, values.length);
  }

  /**
   * This histogram and the values from index {@code from} to {@code to}, exclusive.
   *
   * @param values finite from {@code from} to {@code to}; not modified
   * @throws IllegalArgumentException if a value is NaN or infinite, naming the first
   */
  public Histogram add(float[] values, int from, int to) {
    float low = min;
    float high = max;
    boolean finite = true;
    for (int i = from; i < to; i++) {
      float value = values[i];
      low = Math.min(low, value);
      high = Math.max(high, value);
      finite &= Float.isFinite(value);
    }
    if (!finite) {
      throw notFinite(values, from);
    }
    Histogram result = new Histogram(budget, low, high, exponent);
    result.count(this);
    result.count(values, from, to);
    return result;
  }

  /**
   * The values of both.
   *
   * @throws IllegalArgumentException if the budgets differ
   */
  public Histogram merge(Histogram other) {
    if (other.budget != budget) {
      throw new IllegalArgumentException(
          "cannot merge a histogram of "
              + other.budget
              + " bins into one of "
              + budget
              + ": make both with the same budget");
    }
    Histogram result =
        new Histogram(
            budget,
            Math.min(min, other.min),
            Math.max(max, other.max),
            Math.max(exponent, other.exponent));
    result.count(this);
    result.count(other);
    return result;
  }

  /**
   * Of the absolute values. Bins of negative values count for their mirrored ones, so that a value
   * on the edge between two of them counts in the one nearer to 0.
   */
  public Histogram magnitudes() {
    if (min >= 0) {
      return this;
    }
    float least = max > 0 ? 0 : -max;
    Histogram result = new Histogram(budget, least, Math.max(-min, max), exponent);
    for (int i = 0; i < counts.length; i++) {
      int bin = first + i;
      result.counts[bin < 0 ? -1 - bin : bin] += counts[i];
    }
    result.total = total;
    return result;
  }

  private void count(float[] values, int from, int to) {
    // In double, a float times a power of two is exact.
    double reciprocal = Math.scalb(1.0, -exponent);
    for (int i = from; i < to; i++) {
      counts[(int) Math.floor(values[i] * reciprocal) - first]++;
    }
    total += to - from;
  }

  private void count(Histogram finer) {
    // Bin numbers have far fewer bits than 31, and a shift takes no more.
    int halvings = Math.min(exponent - finer.exponent, Integer.SIZE - 1);
    for (int i = 0; i < finer.counts.length; i++) {
      if (finer.counts[i] > 0) {
        counts[((finer.first + i) >> halvings) - first] += finer.counts[i];
      }
    }
    total += finer.total;
  }

  private static double bin(float value, int exponent) {
    return Math.floor(Math.scalb((double) value, -exponent));
  }

  private static IllegalArgumentException notFinite(float[] values, int from) {
    int at = from;
    while (Float.isFinite(values[at])) {
      at++;
    }
    return new IllegalArgumentException(
        "a histogram needs finite values, got " + values[at] + " at index " + at);
  }

  /** Number of values. */
  public long count() {
    return total;
  }

  /**
   * Smallest and largest value, exact.
   *
   * @throws IllegalStateException if there are no values
   */
  public RealRange range() {
    if (min > max) {
      throw new IllegalStateException("the histogram is empty: add values first");
    }
    return new RealRange(min, max);
  }

  /** Number of bins. */
  public int bins() {
    return counts.length;
  }

  /** Number of values in a bin. */
  public long count(int bin) {
    return counts[bin];
  }

  /** Width of each bin, a power of two. */
  public double width() {
    return Math.scalb(1.0, exponent);
  }

  /** Smallest number that belongs to a bin; of {@link #bins}, the end of the last one. */
  public double lowerEdge(int bin) {
    return (first + bin) * width();
  }

  /** The bin whose lower edge is 0. */
  public int zeroBin() {
    return -first;
  }

  /** The number that stands for the values of a bin: its middle, or the nearest in the range. */
  double center(int bin) {
    return Math.min(Math.max(lowerEdge(bin) + width() / 2, min), max);
  }

  /** The numbers from the start of a bin to the start of another that are within the range. */
  RealRange between(int from, int to) {
    return new RealRange(
        (float) Math.max(lowerEdge(from), min), (float) Math.min(lowerEdge(to), max));
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof Histogram other
        && budget == other.budget
        && min == other.min
        && max == other.max
        && Arrays.equals(counts, other.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts) * 31 + Float.hashCode(max);
  }

  @Override
  public String toString() {
    return count() + " values in [" + min + ", " + max + "], " + bins() + " bins of " + width();
  }
}
