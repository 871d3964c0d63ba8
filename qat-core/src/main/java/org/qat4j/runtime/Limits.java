package org.qat4j.runtime;

import org.qat4j.graph.Graph;

/**
 * What a session may take, so that a model from elsewhere can exhaust neither memory nor time.
 * Checked before anything is allocated.
 *
 * @param bytes memory of activations, one image in each thread, and of the results of a call
 * @param operations for one image, as {@link Graph#operations()} counts them
 */
public record Limits(long bytes, long operations) {
  /** Half of the heap's largest size, though most of the memory is outside the heap, and 2^40. */
  public static final Limits DEFAULT = new Limits(Runtime.getRuntime().maxMemory() / 2, 1L << 40);

  public Limits {
    if (bytes < 1 || operations < 1) {
      throw new IllegalArgumentException(
          "limits must be >= 1, got " + bytes + " bytes and " + operations + " operations");
    }
  }

  void requireOperations(Graph graph) {
    if (graph.operations() > operations) {
      throw new IllegalArgumentException(
          "graph '"
              + graph.name()
              + "' takes "
              + graph.operations()
              + " operations for one image, most of them in "
              + graph.costliest()
              + "; at most "
              + operations
              + " are allowed: use smaller images, or raise SessionOptions.withLimits");
    }
  }

  /**
   * Refuses what would take more memory.
   *
   * @param what begins the message
   */
  void requireBytes(String what, long needed) {
    if (needed > bytes) {
      throw new IllegalArgumentException(
          what
              + " need "
              + needed
              + " bytes, at most "
              + bytes
              + " are allowed: use smaller images or batches, or raise SessionOptions.withLimits"
              + " (by default half of the JVM's -Xmx)");
    }
  }
}
