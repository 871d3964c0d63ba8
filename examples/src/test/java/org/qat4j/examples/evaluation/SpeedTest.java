package org.qat4j.examples.evaluation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class SpeedTest {
  @Test
  void medianSeconds_slowAndFastCall_areTold() {
    double[] seconds =
        Speed.medianSeconds(
            List.of(
                () -> LockSupport.parkNanos(20_000_000), () -> LockSupport.parkNanos(1_000_000)),
            3);

    assertTrue(seconds[0] >= 0.015 && seconds[0] < 1, "slow call took " + seconds[0]);
    assertTrue(seconds[1] < seconds[0], "fast call took " + seconds[1]);
  }
}
