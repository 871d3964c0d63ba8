package org.qat4j.runtime;

import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Tensor;

/** How a tensor is stored: in which memory, and in what order. */
public record Storage(MemorySpace space, Layout layout) {
  /** In the host's memory, in the order that kernels have unless they offer another. */
  public static Storage plain(Tensor tensor) {
    return new Storage(MemorySpace.HOST, Layout.plain(tensor));
  }

  /**
   * In the host's memory, with the real numbers of images in the order given. Codes lie NHWC, and
   * features, sequences and images of one channel have one order only.
   */
  static Storage onHost(Tensor tensor, PlainLayout reals) {
    return tensor.arithmetic() != Arithmetic.REALS || PlainLayout.isOneOrder(tensor.shape())
        ? plain(tensor)
        : new Storage(MemorySpace.HOST, reals);
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
