package org.qat4j.benchmarks;

import java.util.List;

/**
 * All engines on one network, batch size and number of threads.
 *
 * @param lines one for each engine, this project's first
 * @param macs multiply-accumulates of the batch
 */
record Comparison(List<Line> lines, long macs) {
  Comparison {
    lines = List.copyOf(lines);
  }

  /** This project's line. */
  Line own() {
    return lines.get(0);
  }

  /**
   * The part of the machine's int8 speed that this project reaches, input, output and all included.
   *
   * @param gopsPerThread that speed, on one thread
   */
  double fractionOfPeak(double gopsPerThread) {
    double gops = 2.0 * macs / own().medianMs() / 1e6;
    return gops / (gopsPerThread * own().threads());
  }
}
