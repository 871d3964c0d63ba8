package org.qat4j.runtime.toy;

import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.ElementType;
import org.qat4j.runtime.Slice;

/** Codes in the toy's memory. */
record ToyTensor(Tensor tensor, ToyLayout layout, Slice slice) {
  private int at(int image, int channel, int y, int x) {
    int index = layout.index(shape(), image, channel, y, x);
    return (int) slice.offset() + index * ElementType.of(tensor).bytes();
  }

  Shape shape() {
    return tensor.shape();
  }

  int code(int image, int channel, int y, int x) {
    byte[] content = ToySpace.content(slice);
    int at = at(image, channel, y, x);
    int low = content[at] & 0xFF;
    return switch (ElementType.of(tensor)) {
      case U8 -> low;
      case S8 -> (byte) low;
      case U16 -> low | (content[at + 1] & 0xFF) << 8;
      case S16 -> (short) (low | content[at + 1] << 8);
      case F32 -> throw new IllegalStateException("the toy has no real numbers");
    };
  }

  void set(int image, int channel, int y, int x, int code) {
    int at = at(image, channel, y, x);
    for (int i = 0; i < ElementType.of(tensor).bytes(); i++) {
      ToySpace.content(slice)[at + i] = (byte) (code >> (8 * i));
    }
  }
}
