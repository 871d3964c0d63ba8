package org.qat4j.jobs.evaluation;

import java.util.ArrayList;
import java.util.List;
import org.qat4j.cli.speed.Samples;

/**
 * Times several calls of this process against one another: in turns, so that other load on the
 * machine hits all alike.
 */
public final class Speed {
  /** A call shorter than this is repeated until it lasts as long. */
  private static final long SHORTEST_NANOS = 5_000_000;

  private Speed() {}

  /**
   * Times the calls.
   *
   * @param calls what is timed
   * @param rounds after one warm-up round
   * @return the seconds of each call in each round, in the order of the calls
   */
  public static List<Samples> seconds(List<Runnable> calls, int rounds) {
    int[] repeats = calls.stream().mapToInt(Speed::warmUp).toArray();
    List<double[]> samples = new ArrayList<>();
    for (int c = 0; c < calls.size(); c++) {
      samples.add(new double[rounds]);
    }
    for (int round = 0; round < rounds; round++) {
      for (int c = 0; c < calls.size(); c++) {
        samples.get(c)[round] = nanos(calls.get(c), repeats[c]) / 1e9 / repeats[c];
      }
    }
    return samples.stream().map(Samples::new).toList();
  }

  private static int warmUp(Runnable call) {
    nanos(call, 2);
    long once = Math.max(1, nanos(call, 2) / 2);
    int repeats = (int) Math.max(1, SHORTEST_NANOS / once);
    nanos(call, repeats);
    return repeats;
  }

  private static long nanos(Runnable call, int repeats) {
    long start = System.nanoTime();
    for (int i = 0; i < repeats; i++) {
      call.run();
    }
    return System.nanoTime() - start;
  }
}
