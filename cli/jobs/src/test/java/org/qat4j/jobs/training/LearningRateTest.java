package org.qat4j.jobs.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.schedule.ISchedule;
import org.qat4j.jobs.config.FloatConfig;

class LearningRateTest {
  @Test
  void falling_firstMiddleAndLastStep_goLinearlyTowardsZero() {
    ISchedule schedule = LearningRate.falling(0.001, 1000);

    assertEquals(0.001, schedule.valueAt(0, 0));
    assertEquals(0.0005, schedule.valueAt(500, 0), 1e-12);
    assertEquals(0.00005, schedule.valueAt(999, 0), 1e-12);
  }

  private static ISchedule risen(FloatConfig.Fall fall, double warmUp, int steps) {
    return LearningRate.of(
        new FloatConfig(1, 1, FloatConfig.Optimizer.SGD, 0.1, warmUp, fall, 0, true), steps);
  }

  @Test
  void of_defaults_isFalling() {
    assertEquals(
        LearningRate.falling(FloatConfig.DEFAULT.learningRate(), 777),
        LearningRate.of(FloatConfig.DEFAULT, 777));
  }

  @Test
  void of_cosineWithWarmUp_risesToThePeakThenFallsThroughItsHalfToZero() {
    ISchedule schedule = risen(FloatConfig.Fall.COSINE, 0.1, 1000);

    assertEquals(0.005, schedule.valueAt(0, 0), 1e-12);
    assertEquals(0.05, schedule.valueAt(45, 0), 1e-12);
    assertEquals(0.1, schedule.valueAt(99, 0), 1e-12);
    assertEquals(0.1, schedule.valueAt(100, 0), 1e-12);
    assertEquals(0.05, schedule.valueAt(550, 0), 1e-12);
    assertEquals(0, schedule.valueAt(999, 0), 1e-4);
  }

  @Test
  void of_linearWithWarmUp_fallsInAStraightLineBehindIt() {
    ISchedule schedule = risen(FloatConfig.Fall.LINEAR, 0.1, 1000);

    assertEquals(0.1, schedule.valueAt(100, 0), 1e-12);
    assertEquals(0.05, schedule.valueAt(550, 0), 1e-12);
    assertEquals(0.005, schedule.valueAt(999, 0), 1e-12);
  }

  @ParameterizedTest(name = "{0} steps")
  @ValueSource(ints = {1, 2, 9, 10, 99, 100, 101, 997})
  void of_cosineOfAnyLength_staysPositiveAndReachesThePeak(int steps) {
    ISchedule schedule = risen(FloatConfig.Fall.COSINE, 0.2, steps);
    double largest = 0;
    for (int step = 0; step < steps; step++) {
      assertTrue(schedule.valueAt(step, 0) > 0, "step " + step);
      largest = Math.max(largest, schedule.valueAt(step, 0));
    }
    assertEquals(0.1, largest, 1e-12);
  }

  @ParameterizedTest(name = "{0} steps")
  @ValueSource(ints = {1, 2, 19, 20, 21, 97})
  void falling_anyLength_neverRisesAndStaysPositive(int steps) {
    ISchedule schedule = LearningRate.falling(0.5, steps);
    double before = schedule.valueAt(0, 0);
    assertEquals(0.5, before);
    for (int step = 1; step < steps; step++) {
      double rate = schedule.valueAt(step, 0);
      assertTrue(rate > 0 && rate <= before, "step " + step + ": " + rate + " after " + before);
      before = rate;
    }
  }
}
