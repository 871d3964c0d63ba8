package org.qat4j.runtime;

/** A kernel bound to its buffers. Used by one thread at a time, but for its parts. */
public interface Step extends AutoCloseable {
  /** Reads the inputs and writes the output; allocates nothing. */
  void run();

  /** Parts that different threads may run at the same time; 1 if the step is not divided. */
  default int parts() {
    return 1;
  }

  /**
   * Runs one part; all parts together do what {@link #run()} does.
   *
   * @param part from 0
   */
  default void runPart(int part) {
    run();
  }

  /**
   * What runs, as the implementation names itself; empty if it adds nothing to the kernel's name.
   */
  default String implementation() {
    return "";
  }

  @Override
  default void close() {}
}
