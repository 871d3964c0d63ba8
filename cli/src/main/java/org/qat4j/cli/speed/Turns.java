package org.qat4j.cli.speed;

import java.util.ArrayList;
import java.util.List;

/**
 * Engines measured in turns, so that a machine that slows down slows all of them. Each round starts
 * with another engine.
 *
 * @param rounds at least 1
 * @param seconds of each engine in a round; 0 for one call
 * @param warmUpSeconds of each engine before the first round
 */
public record Turns(int rounds, double seconds, double warmUpSeconds) {
  public Turns {
    require(rounds >= 1, "rounds must be >= 1, got " + rounds);
    require(seconds >= 0, "seconds must be >= 0, got " + seconds);
    require(warmUpSeconds >= 0, "seconds of warm-up must be >= 0, got " + warmUpSeconds);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Milliseconds of one call, for each engine the median of each of its turns. */
  public List<Samples> milliseconds(List<EngineProcess> engines) {
    engines.forEach(engine -> engine.medianMs(warmUpSeconds));
    int count = engines.size();
    double[][] times = new double[count][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int turn = 0; turn < count; turn++) {
        int engine = (round + turn) % count;
        times[engine][round] = engines.get(engine).medianMs(seconds);
      }
    }
    List<Samples> samples = new ArrayList<>();
    for (double[] values : times) {
      samples.add(new Samples(values));
    }
    return samples;
  }

  /** How it was measured, in words. */
  public String inWords() {
    String turn = seconds == 0 ? "one call" : seconds + " s";
    return String.format(
        "medians of %d rounds of %s after %s s of warm-up; each engine has a process of its own, and they"
            + " take turns, which end when the process is idle",
        rounds, turn, warmUpSeconds);
  }
}
