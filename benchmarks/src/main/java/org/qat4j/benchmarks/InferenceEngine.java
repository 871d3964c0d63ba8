package org.qat4j.benchmarks;

/** A network ready to run on one batch size, with its arrays in place. */
interface InferenceEngine extends AutoCloseable {
  /** Name in reports. */
  String name();

  /** Computes the batch once, from arrays to arrays. */
  void run();

  /** Results of the last run, {@code [batch, classes]}. */
  float[] results();

  @Override
  void close();
}
