package org.qat4j.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;

/**
 * A tensor of a batch of images in native memory. Codes lie as {@code [batch, height, width,
 * channels]} (NHWC), real numbers as {@code [batch, channels, height, width]} (NCHW, as callers
 * give and get them); features are {@code [batch, features]} in both.
 *
 * <p>The memory belongs to the network that was bound to this batch size and is gone when that is
 * closed.
 */
public final class Buffer {
  private final Tensor tensor;
  private final int batch;
  private final ElementType type;
  private final BytePointer pointer;
  private final ByteBuffer bytes;
  private final FloatBuffer reals;

  Buffer(Tensor tensor, int batch, Pointer memory, long offset) {
    this.tensor = tensor;
    this.batch = batch;
    this.type = ElementType.of(tensor);
    this.pointer = new View(memory, offset, byteSize(tensor, batch));
    this.bytes = pointer.asByteBuffer().order(ByteOrder.nativeOrder());
    this.reals = bytes.asFloatBuffer();
  }

  /** A pointer into memory that another object owns. */
  private static final class View extends BytePointer {
    View(Pointer memory, long offset, long size) {
      super(memory);
      address = memory.address() + offset;
      position = 0;
      limit = size;
      capacity = size;
    }
  }

  static long byteSize(Tensor tensor, int batch) {
    return (long) batch * tensor.shape().elements() * ElementType.of(tensor).bytes();
  }

  public Tensor tensor() {
    return tensor;
  }

  public Shape shape() {
    return tensor.shape();
  }

  public int batch() {
    return batch;
  }

  public ElementType type() {
    return type;
  }

  /** Elements of the whole batch. */
  public int elements() {
    return batch * tensor.shape().elements();
  }

  /** The start of the data, for native kernels. */
  public BytePointer pointer() {
    return pointer;
  }

  /** The data as bytes, in the machine's byte order. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** The data as real numbers. */
  public FloatBuffer reals() {
    return reals;
  }

  /**
   * Some rows of the one image that this holds, in the same memory.
   *
   * @throws IllegalStateException if there are several images or the rows do not lie together
   */
  public Buffer rows(int first, int count) {
    if (batch != 1 || !tensor.isCodes()) {
      throw new IllegalStateException(this + " has no rows that lie together");
    }
    Shape shape = tensor.shape();
    Tensor part =
        new Tensor(tensor.name(), Shape.of(shape.channels(), count, shape.width()), tensor.type());
    long offset = (long) first * shape.width() * shape.channels() * type.bytes();
    return new Buffer(part, 1, pointer, offset);
  }

  /** Position of an element in memory, in elements. */
  public int index(int image, int channel, int y, int x) {
    Shape shape = tensor.shape();
    return tensor.isCodes()
        ? ((image * shape.height() + y) * shape.width() + x) * shape.channels() + channel
        : ((image * shape.channels() + channel) * shape.height() + y) * shape.width() + x;
  }

  /** Position in memory of the element that is {@code position}-th in NCHW order. */
  public int indexOfNchw(int position) {
    Shape shape = tensor.shape();
    int x = position % shape.width();
    int y = position / shape.width() % shape.height();
    int channel = position / (shape.width() * shape.height()) % shape.channels();
    return index(position / shape.elements(), channel, y, x);
  }

  public int code(int index) {
    return switch (type) {
      case U8 -> bytes.get(index) & 0xFF;
      case S8 -> bytes.get(index);
      case U16 -> bytes.getShort(2 * index) & 0xFFFF;
      case S16 -> bytes.getShort(2 * index);
      case F32 -> throw new IllegalStateException("'" + tensor.name() + "' holds real numbers");
    };
  }

  public void setCode(int index, int code) {
    switch (type) {
      case U8, S8 -> bytes.put(index, (byte) code);
      case U16, S16 -> bytes.putShort(2 * index, (short) code);
      case F32 -> throw new IllegalStateException("'" + tensor.name() + "' holds real numbers");
    }
  }

  public float real(int index) {
    return reals.get(index);
  }

  public void setReal(int index, float value) {
    reals.put(index, value);
  }

  @Override
  public String toString() {
    return tensor.name() + " " + type + " " + batch + "x" + tensor.shape();
  }
}
