package org.qat4j.cli.speed;

/** A computation with its arrays in place, in the process that measures it. */
public interface Engine extends AutoCloseable {
  /** Computes once. */
  void run();

  /**
   * What shows that this engine computes what the others do, float32; computed if need be. An
   * inference engine gives its results, a training engine its first loss.
   */
  float[] results();

  /** Peak of native memory so far in MiB; NaN where it is not measured. */
  default double nativeMiB() {
    return Double.NaN;
  }

  @Override
  void close();
}
