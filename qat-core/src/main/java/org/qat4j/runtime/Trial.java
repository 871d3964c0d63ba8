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

  /**
   * The offer with the smallest median; the first of those that equal it.
   *
   * @param byRule taken if there is nothing to compare
   * @param limits of memory: what needs more is not tried
   */
  static Candidate fastest(
      List<Candidate> offers, Candidate byRule, CallerLayouts layouts, Limits limits) {
    return offers.size() == 1
        ? byRule
        : offers.stream()
            .flatMap(offer -> Timed.of(offer, layouts, limits).stream())
            .min(Comparator.comparingLong(Timed::nanos))
            .map(Timed::candidate)
            .orElse(byRule);
  }

  private record Timed(Candidate candidate, long nanos) {
    static Optional<Timed> of(Candidate candidate, CallerLayouts layouts, Limits limits) {
      candidate.backend().enter();
      try (Program program = Program.alone(candidate, layouts)) {
        boolean fits = new Placement(program, 1, false).bytes() <= limits.bytes();
        return fits ? Optional.of(new Timed(candidate, nanos(program))) : Optional.empty();
      } finally {
        candidate.backend().leave();
      }
    }

    private static long nanos(Program program) {
      try (BoundProgram bound = new BoundProgram(program, 1, 1, false, Optional.empty())) {
        bound.buffers().forEach(Buffer::clear);
        return median(bound);
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
