package org.qat4j.jobs.training;

import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.qat4j.jobs.config.FloatConfig;

/**
 * The learning rate of a phase, in stairs that any Deeplearning4j network can carry.
 * (Deeplearning4j's own PolySchedule rises where it should fall.)
 */
public final class LearningRate {
  private static final int STAIRS = 20;
  private static final int COSINE_STAIRS = 100;

  private final MapSchedule.Builder schedule = new MapSchedule.Builder(ScheduleType.ITERATION);

  private LearningRate() {}

  /** Of the float network, over a phase of that many steps. */
  public static ISchedule of(FloatConfig settings, int steps) {
    double peak = settings.learningRate();
    int rising = (int) (settings.warmUp() * steps);
    LearningRate rate = new LearningRate();
    rate.add(0, rising, STAIRS, (stair, stairs) -> peak * (stair + 1) / stairs);
    switch (settings.fall()) {
      case LINEAR -> rate.addFall(rising, steps, peak);
      case COSINE ->
          rate.add(
              rising,
              steps,
              COSINE_STAIRS,
              (stair, stairs) -> peak * (1 + StrictMath.cos(Math.PI * stair / stairs)) / 2);
    }
    return rate.schedule.build();
  }

  /**
   * From its first value to almost 0 in equal stairs.
   *
   * @param first rate of the first step
   * @param steps of the phase
   */
  public static ISchedule falling(double first, int steps) {
    LearningRate rate = new LearningRate();
    rate.addFall(0, steps, first);
    return rate.schedule.build();
  }

  private void addFall(int from, int to, double first) {
    add(from, to, STAIRS, (stair, stairs) -> first * (stairs - stair) / stairs);
  }

  private interface Stair {
    double rate(int stair, int stairs);
  }

  private void add(int from, int to, int most, Stair value) {
    int stairs = Math.min(most, to - from);
    for (int stair = 0; stair < stairs; stair++) {
      int start = from + (int) ((long) stair * (to - from) / stairs);
      schedule.add(start, value.rate(stair, stairs));
    }
  }
}
