package org.qat4j.runtime;

import org.qat4j.graph.Tensor;

/** How a tensor is stored: in which memory, and in what order. */
public record Storage(MemorySpace space, Layout layout) {
  /** In the host's memory, in the order that callers and host kernels have. */
  public static Storage plain(Tensor tensor) {
    return new Storage(MemorySpace.HOST, Layout.plain(tensor));
  }

  boolean isOnHost() {
    return space == MemorySpace.HOST;
  }

  /** For example {@code nhwc}, or {@code nchw16c in cuda}. */
  @Override
  public String toString() {
    return layout.label() + (isOnHost() ? "" : " in " + space.name());
  }
}
