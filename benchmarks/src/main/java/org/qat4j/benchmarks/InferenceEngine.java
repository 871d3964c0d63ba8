package org.qat4j.benchmarks;

/** An engine of this process, from arrays to arrays. */
interface InferenceEngine extends Engine {
  /** Computes the batch once. */
  void run();

  /** Results of the last run, {@code [batch, classes]}. */
  float[] results();

  @Override
  default double medianMs(double seconds) {
    return Medians.ms(this::run, seconds);
  }
}
