package org.qat4j.jobs.evaluation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.qat4j.cli.speed.Samples;

class SpeedTest {
  @Test
  void seconds_slowAndFastCall_areTold() {
    List<Samples> seconds =
        Speed.seconds(
            List.of(
                () -> LockSupport.parkNanos(20_000_000), () -> LockSupport.parkNanos(1_000_000)),
            3);

    double slow = seconds.get(0).median();
    double fast = seconds.get(1).median();
    assertTrue(slow >= 0.015 && slow < 1, "slow call took " + slow);
    assertTrue(fast < slow, "fast call took " + fast);
  }
}
