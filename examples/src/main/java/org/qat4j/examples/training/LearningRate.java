package org.qat4j.examples.training;

import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** The learning rate of a phase: it falls from its first value to almost 0 in equal stairs. */
public final class LearningRate {
  private static final int STAIRS = 20;

  private LearningRate() {}

  /**
   * A schedule that any Deeplearning4j network can carry. (Deeplearning4j's own PolySchedule rises
   * where it should fall.)
   *
   * @param first rate of the first step
   * @param steps of the phase
   */
  public static ISchedule falling(double first, int steps) {
    MapSchedule.Builder schedule = new MapSchedule.Builder(ScheduleType.ITERATION);
    int stairs = Math.min(STAIRS, steps);
    for (int stair = 0; stair < stairs; stair++) {
      schedule.add((int) ((long) stair * steps / stairs), first * (stairs - stair) / stairs);
    }
    return schedule.build();
  }
}
