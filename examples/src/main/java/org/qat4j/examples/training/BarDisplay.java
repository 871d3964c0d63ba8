package org.qat4j.examples.training;

import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar with loss and remaining time, for terminals. */
final class BarDisplay implements ProgressDisplay {
  private final ProgressBar bar;

  BarDisplay(Phase phase, int done, int total) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(String.format("%-5s", phase.title()))
            .setInitialMax(total)
            .startsFrom(done, Duration.ZERO)
            .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
            .setUnit(" batches", 1)
            .build();
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

  @Override
  public void close() {
    bar.close();
  }
}
