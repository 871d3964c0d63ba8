package org.qat4j.benchmarks;

import java.util.List;
import org.qat4j.cli.speed.ModelContest;
import org.qat4j.cli.speed.Ratio;
import org.qat4j.cli.speed.Timing;

/**
 * All engines on one network, batch size and number of threads.
 *
 * @param macs multiply-accumulates of the batch
 */
record Comparison(
    MeasuredNetwork network, int batch, int threads, ModelContest contest, long macs) {
  /** How many times as fast as ONNX Runtime's INT8. */
  Ratio ratio(Timing timing) {
    return timing.speedAgainst(contest.others().get(0));
  }

  /** One for each engine, this project's first. */
  List<Line> lines() {
    return contest.timings().stream()
        .map(
            timing ->
                new Line(
                    network,
                    batch,
                    threads,
                    timing.engine(),
                    timing.milliseconds().median(),
                    ratio(timing)))
        .toList();
  }

  /**
   * The part of the machine's int8 speed that this project reaches, input, output and all included.
   *
   * @param gopsPerThread that speed, on one thread
   */
  double fractionOfPeak(double gopsPerThread) {
    double gops = 2.0 * macs / contest.own().milliseconds().median() / 1e6;
    return gops / (gopsPerThread * threads);
  }
}
