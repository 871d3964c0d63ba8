package org.qat4j.runtime;

/**
 * Memory of a backend's own, which host code cannot reach. What crosses its border is copied by a
 * step of its own, which the plan shows.
 *
 * <p>A copy is bound to its two buffers once and then runs often, so that it may pin the host's
 * memory, or record itself in a graph of the device, when it is bound, and undo that when it is
 * closed. Both buffers have the same layout and lie whole in their memory; a copy has ended when
 * its step returns, or the device keeps the order of all that is given to it.
 */
public non-sealed interface DeviceSpace extends MemorySpace {
  /** Copies from the host's memory into this one. */
  Step copyIn(Buffer host, Buffer device);

  /** Copies from this memory to the host's; the host reads the copy when the step has returned. */
  Step copyOut(Buffer device, Buffer host);
}
