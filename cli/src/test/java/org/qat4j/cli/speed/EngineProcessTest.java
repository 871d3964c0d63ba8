package org.qat4j.cli.speed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineProcessTest {
  /** An engine that sleeps, spins on in another thread after each call, or fails. */
  static final class Sleeper implements Engine {
    private final double milliseconds;
    private final double spinMilliseconds;

    Sleeper(double milliseconds, double spinMilliseconds) {
      if (milliseconds < 0) {
        throw new IllegalArgumentException("cannot sleep " + milliseconds + " ms");
      }
      this.milliseconds = milliseconds;
      this.spinMilliseconds = spinMilliseconds;
    }

    public static void main(String[] args) throws Exception {
      EngineServer.serve(
          () -> new Sleeper(Double.parseDouble(args[0]), Double.parseDouble(args[1])));
    }

    @Override
    public void run() {
      System.out.println("a library that prints");
      LockSupport.parkNanos((long) (1e6 * milliseconds));
      if (spinMilliseconds > 0) {
        long end = System.nanoTime() + (long) (1e6 * spinMilliseconds);
        Thread spinner =
            new Thread(
                () -> {
                  while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                  }
                });
        spinner.setDaemon(true);
        spinner.start();
      }
    }

    @Override
    public float[] results() {
      if (milliseconds == 0) {
        throw new IllegalStateException("nothing to give");
      }
      return new float[] {0.1f, Float.MIN_VALUE, -3};
    }

    @Override
    public void close() {}
  }

  private static EngineProcess sleeper(double milliseconds, double spinMilliseconds)
      throws IOException {
    List<String> arguments =
        List.of(Double.toString(milliseconds), Double.toString(spinMilliseconds));
    return new EngineProcess("sleeper", Map.of(), List.of(), Sleeper.class, arguments);
  }

  @Test
  void turns_ofASlowAndAFastEngine_tellThem() throws IOException {
    try (EngineProcess slow = sleeper(30, 0);
        EngineProcess fast = sleeper(3, 0)) {
      List<Samples> times = new Turns(3, 0.05, 0).milliseconds(List.of(slow, fast));

      double slowMs = times.get(0).median();
      double fastMs = times.get(1).median();
      assertTrue(slowMs >= 30 && slowMs < 1000, "slow engine took " + slowMs);
      assertTrue(fastMs >= 3 && fastMs < slowMs, "fast engine took " + fastMs);
    }
  }

  @Test
  void results_travelBitForBit() throws IOException {
    try (EngineProcess engine = sleeper(1, 0)) {
      assertArrayEquals(new float[] {0.1f, Float.MIN_VALUE, -3}, engine.results());
      assertTrue(Double.isNaN(engine.nativeMiB()));
    }
  }

  @Test
  void turn_ofAnEngineThatSpinsOn_endsWhenItIsIdle() throws IOException {
    try (EngineProcess engine = sleeper(1, 500)) {
      long start = System.nanoTime();
      engine.medianMs(0);
      double milliseconds = (System.nanoTime() - start) / 1e6;

      assertTrue(milliseconds >= 450, "the turn ended after " + milliseconds + " ms");
    }
  }

  @Test
  void engine_thatCannotStart_failsWithItsErrors() {
    IllegalStateException failure = assertThrows(IllegalStateException.class, () -> sleeper(-1, 0));

    assertTrue(
        failure.getMessage().startsWith("Sleeper -1.0 0.0 ended with status 1; its errors:\n"),
        failure.getMessage());
    assertTrue(failure.getMessage().contains("cannot sleep -1.0 ms"), failure.getMessage());
  }

  @Test
  void engine_thatDiesLater_failsWithItsErrors() throws IOException {
    try (EngineProcess engine = sleeper(0, 0)) {
      IllegalStateException failure = assertThrows(IllegalStateException.class, engine::results);

      assertTrue(failure.getMessage().contains("nothing to give"), failure.getMessage());
    }
  }

  @Test
  void child_thatDoesNotAnswer_isKilledInTime() throws IOException {
    try (ChildJvm child = new ChildJvm(Map.of(), List.of(), Sleeper.class, List.of("60000", "0"))) {
      child.numbers(Duration.ofMinutes(1));
      IllegalStateException failure =
          assertThrows(
              IllegalStateException.class, () -> child.ask("time 0", Duration.ofSeconds(1)));

      assertEquals("Sleeper 60000 0 did not answer in 1 s", firstClause(failure));
    }
  }

  private static String firstClause(Exception failure) {
    return failure.getMessage().split(";", -1)[0];
  }

  @Test
  void peak_ofThisMachine_isMeasured() throws IOException {
    double gops = Int8Peak.gopsPerThread();

    assertTrue(gops > 0.1 && gops < 100_000, "peak of " + gops + " GOPS");
  }
}
