package org.qat4j.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Medians of values and of times. */
final class Medians {
  private Medians() {}

  /** The median; the upper one of an even number of values. */
  static double of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values have no median");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** The median time of a task in milliseconds, repeated for some seconds and once at least. */
  static double ms(Runnable task, double seconds) {
    List<Double> times = new ArrayList<>();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (times.isEmpty() || System.nanoTime() < end) {
      long start = System.nanoTime();
      task.run();
      times.add((System.nanoTime() - start) / 1e6);
    }
    return of(times.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
