package org.qat4j.runtime;

/**
 * A region with its weights prepared. Immutable to its callers and shared by all sessions of a
 * model and all their threads; owns the memory of the weights.
 */
public interface Kernel extends AutoCloseable {
  /** Name of the algorithm, without the backend, for example {@code conv}. */
  String name();

  /**
   * Memory that a step needs while it runs, in the space of the region's last output. It is placed
   * with the tensors and counted with them; its content is lost between runs.
   */
  default long workspaceBytes(int batch) {
    return 0;
  }

  /**
   * Makes the kernel ready to run on fixed buffers.
   *
   * @return a step that one thread at a time may run, to be closed before this kernel
   */
  Step bind(Binding binding);

  /** Frees the weights. All steps are closed before. */
  @Override
  default void close() {}
}
