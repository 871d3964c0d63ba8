package org.qat4j.runtime;

/** A kernel bound to its buffers. Used by one thread at a time. */
public interface Step extends AutoCloseable {
  /** Reads the inputs and writes the output; allocates nothing. */
  void run();

  /**
   * What runs, as the implementation names itself; empty if it adds nothing to the kernel's name.
   */
  default String implementation() {
    return "";
  }

  @Override
  default void close() {}
}
