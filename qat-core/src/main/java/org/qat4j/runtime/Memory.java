package org.qat4j.runtime;

/** A block of one memory space. A backend knows the class of its own blocks. */
public interface Memory extends AutoCloseable {
  /** Gives the block back. All steps that use it are closed before. */
  @Override
  void close();
}
