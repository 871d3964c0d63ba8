package org.qat4j.jobs.training;

/** Shows how a training goes on. */
public interface ProgressDisplay extends AutoCloseable {

  /** After every batch. */
  void batch(Step step);

  /** After every epoch, when its test accuracy is known. */
  void epoch(CurvePoint point);

  @Override
  void close();

  /**
   * Where a training is.
   *
   * @param phase what runs
   * @param epoch counted from 1
   * @param epochs in all
   * @param done batches of the phase
   * @param total batches of the phase
   * @param loss of the last batch
   * @param batches done by this process
   * @param images in them
   * @param seconds that they took
   */
  record Step(
      Phase phase,
      int epoch,
      int epochs,
      int done,
      int total,
      double loss,
      int batches,
      long images,
      double seconds) {
    double imagesPerSecond() {
      return images / Math.max(seconds, 1e-9);
    }

    /** Seconds until the phase is done, at the speed so far. */
    double remainingSeconds() {
      return seconds / Math.max(1, batches) * (total - done);
    }
  }

  /** Opens a display for one phase. */
  interface Factory {
    /**
     * Starts to show a phase.
     *
     * @param phase what runs
     * @param done batches of the phase that are done already
     * @param total batches of the phase
     */
    ProgressDisplay open(Phase phase, int done, int total);

    /** A bar on a terminal, lines elsewhere; both on standard error. */
    static Factory forStandardError(boolean terminal) {
      return terminal ? BarDisplay::new : (phase, done, total) -> new LineDisplay();
    }
  }
}
