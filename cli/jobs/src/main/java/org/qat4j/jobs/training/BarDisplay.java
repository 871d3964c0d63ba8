package org.qat4j.jobs.training;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar with loss and remaining time, for terminals. */
final class BarDisplay implements ProgressDisplay {
  private static final int DEFAULT_COLUMNS = 100;

  private final ProgressBar bar;

  BarDisplay(Phase phase, int done, int total) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(String.format("%-5s", phase.title()))
            .setInitialMax(total)
            .startsFrom(done, Duration.ZERO)
            .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
            .setUnit(" batches", 1)
            .setConsumer(console())
            .build();
  }

  /**
   * Not the library's default: that asks the terminal for its width through JLine, which gives
   * SIGINT back to the operating system, and Ctrl-C would then end the process without a
   * checkpoint.
   */
  private static ConsoleProgressBarConsumer console() {
    PrintStream error =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    return new ConsoleProgressBarConsumer(error, columns() - 1);
  }

  /** The launcher tells; a shell does not by itself. */
  private static int columns() {
    String columns = System.getenv("COLUMNS");
    return columns != null && columns.matches("[1-9][0-9]{1,3}")
        ? Integer.parseInt(columns)
        : DEFAULT_COLUMNS;
  }

  @Override
  public void batch(Step step) {
    bar.stepTo(step.done());
    bar.setExtraMessage(
        String.format(
            Locale.ROOT,
            "epoch %d/%d, loss %.4f, %.0f images/s",
            step.epoch(),
            step.epochs(),
            step.loss(),
            step.imagesPerSecond()));
  }

  /** The next batch shows that the epoch is over. */
  @Override
  public void epoch(CurvePoint point) {}

  @Override
  public void close() {
    bar.close();
  }
}
