package org.qat4j.runtime;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.qat4j.runtime.Selection.Candidate;

/**
 * Times offers for the same region: each computes one image of the region's shapes, from the host's
 * memory to the host's memory, so that its copies and reorders count. The image is blank: noise
 * could hold real numbers that take long.
 */
final class Trial {
  private static final int WARM_UP_NANOS = 20_000_000;
  private static final int LEAST_RUNS = 3;
  private static final int MOST_RUNS = 15;
  private static final int MOST_NANOS = 50_000_000;

  private Trial() {}

  /** The offer with the smallest median; the first of those that equal it. */
  static Candidate fastest(List<Candidate> offers, CallerLayouts layouts) {
    return offers.size() == 1
        ? offers.get(0)
        : offers.stream()
            .map(offer -> Timed.of(offer, layouts))
            .min(Comparator.comparingLong(Timed::nanos))
            .orElseThrow()
            .candidate();
  }

  private record Timed(Candidate candidate, long nanos) {
    static Timed of(Candidate candidate, CallerLayouts layouts) {
      candidate.backend().enter();
      try (Program program = Program.alone(candidate, layouts);
          BoundProgram bound = new BoundProgram(program, 1, 1, false, Optional.empty())) {
        bound.buffers().forEach(Buffer::clear);
        return new Timed(candidate, median(bound));
      } finally {
        candidate.backend().leave();
      }
    }
  }

  private static long median(BoundProgram program) {
    long start = System.nanoTime();
    do {
      program.run();
    } while (System.nanoTime() - start < WARM_UP_NANOS);
    long[] times = new long[MOST_RUNS];
    int runs = 0;
    start = System.nanoTime();
    while (runs < LEAST_RUNS || (runs < MOST_RUNS && System.nanoTime() - start < MOST_NANOS)) {
      long before = System.nanoTime();
      program.run();
      times[runs] = System.nanoTime() - before;
      runs++;
    }
    Arrays.sort(times, 0, runs);
    return times[runs / 2];
  }
}
