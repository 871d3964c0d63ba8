package org.qat4j.examples.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.schedule.ISchedule;

class LearningRateTest {
  @Test
  void falling_firstMiddleAndLastStep_goLinearlyTowardsZero() {
    ISchedule schedule = LearningRate.falling(0.001, 1000);

    assertEquals(0.001, schedule.valueAt(0, 0));
    assertEquals(0.0005, schedule.valueAt(500, 0), 1e-12);
    assertEquals(0.00005, schedule.valueAt(999, 0), 1e-12);
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
