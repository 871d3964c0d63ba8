package org.qat4j.runtime;

/** A kind of memory that tensors lie in. Compared by identity: one object for each space. */
public sealed interface MemorySpace permits HostSpace, DeviceSpace {
  /** What Java and native code on the processor reach by address. */
  MemorySpace HOST = new HostSpace();

  /** Short lower-case name for plans, for example {@code cuda}. */
  String name();

  /**
   * A block of this memory; what it holds is undefined.
   *
   * @throws IllegalStateException if it cannot be had; nothing is then allocated
   */
  Memory allocate(long bytes);
}
