package org.qat4j.jobs.training;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line at every tenth of a phase, after every epoch, and at the latest after a minute; for logs
 * and pipes.
 */
final class LineDisplay implements ProgressDisplay {
  private static final Logger LOG = LoggerFactory.getLogger(LineDisplay.class);
  private static final int LINES = 10;
  private static final long LONGEST_SILENCE_NANOS = 60_000_000_000L;

  private long lastLine = System.nanoTime();

  @Override
  public void batch(Step step) {
    long tenth = (long) step.done() * LINES / step.total();
    long before = (step.done() - 1L) * LINES / step.total();
    if (tenth == before && System.nanoTime() - lastLine < LONGEST_SILENCE_NANOS) {
      return;
    }
    lastLine = System.nanoTime();
    LOG.info(
        String.format(
            Locale.ROOT,
            "%-5s %3d %%  epoch %d/%d  batch %d/%d  loss %.4f  %.0f images/s  ETA %s",
            step.phase().title(),
            100L * step.done() / step.total(),
            step.epoch(),
            step.epochs(),
            step.done(),
            step.total(),
            step.loss(),
            step.imagesPerSecond(),
            clock(step.remainingSeconds())));
  }

  @Override
  public void epoch(CurvePoint point) {
    LOG.info(
        String.format(
            Locale.ROOT,
            "%-5s epoch %d  mean loss %.4f  %.2f %% of the test images",
            point.phase().title(),
            point.epoch(),
            point.loss(),
            100 * point.testAccuracy()));
  }

  /** Minutes and seconds. */
  private static String clock(double seconds) {
    long whole = Math.round(seconds);
    return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
  }

  @Override
  public void close() {}
}
