package org.qat4j.runtime;

import org.qat4j.graph.Shape;

/** Brings a tensor into another layout on the host, or into or out of the memory of a device. */
record Transfer(StoredTensor from, StoredTensor to) implements Kernel {
  /** Whether it stays in the host's memory. */
  boolean isReorder() {
    return from.storage().space() == to.storage().space();
  }

  @Override
  public String name() {
    return isReorder()
        ? "reorder("
            + from.storage().layout().label()
            + " to "
            + to.storage().layout().label()
            + ")"
        : to.storage().isOnHost() ? "copy(out)" : "copy(in)";
  }

  /** Whose memory is involved, for plans. */
  String space() {
    return (to.storage().isOnHost() ? from : to).storage().space().name();
  }

  @Override
  public Step bind(Binding binding) {
    Buffer source = binding.inputs().get(0);
    Buffer result = binding.outputs().get(0);
    if (isReorder()) {
      return () -> reorder(source, result);
    } else if (to.storage().space() instanceof DeviceSpace device) {
      return device.copyIn(source, result);
    }
    return ((DeviceSpace) from.storage().space()).copyOut(source, result);
  }

  private static void reorder(Buffer source, Buffer result) {
    Shape shape = source.shape();
    for (int n = 0; n < source.batch(); n++) {
      result.copyParams(source, n);
      for (int c = 0; c < shape.channels(); c++) {
        for (int y = 0; y < shape.height(); y++) {
          for (int x = 0; x < shape.width(); x++) {
            result.copy(source, source.index(n, c, y, x), result.index(n, c, y, x));
          }
        }
      }
    }
  }
}
