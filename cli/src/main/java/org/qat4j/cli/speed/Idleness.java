package org.qat4j.cli.speed;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The end of a turn: this process takes no processor any more. Worker threads of ONNX Runtime and
 * OpenMP spin for some time after their last work, and would take it from whoever is next.
 */
final class Idleness {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final long WINDOW = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LIMIT = TimeUnit.SECONDS.toNanos(30);

  /** Of one processor. */
  private static final double BUSY = 0.25;

  /** Windows in a row: on a busy machine a thread that spins may be kept waiting for one. */
  private static final int IDLE_WINDOWS = 3;

  private Idleness() {}

  /**
   * Waits until the process has used less than a quarter of one processor for 3 times 20 ms.
   *
   * @throws IllegalStateException if that does not happen in 30 s
   */
  static void await() {
    long end = System.nanoTime() + LIMIT;
    int idle = 0;
    while (idle < IDLE_WINDOWS) {
      double load = load();
      idle = load < BUSY ? idle + 1 : 0;
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "the engine still keeps "
                + load
                + " processors busy 30 s after its turn; the next engine cannot be measured");
      }
    }
  }

  /** Processors that this process keeps busy while the caller sleeps. */
  private static double load() {
    long start = System.nanoTime();
    long used = SYSTEM.getProcessCpuTime();
    LockSupport.parkNanos(WINDOW);
    return (double) (SYSTEM.getProcessCpuTime() - used) / (System.nanoTime() - start);
  }
}
