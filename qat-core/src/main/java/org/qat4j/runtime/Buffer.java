package org.qat4j.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;

/**
 * A tensor of a batch of images in memory: in which space and in what order is its {@link
 * #storage()}. Where a kernel asks for nothing else, that is the host's memory, with codes as
 * {@code [batch, height, width, channels]} (NHWC) and real numbers as {@code [batch, channels,
 * height, width]} (NCHW, as callers give and get them unless they ask for another order); features
 * are {@code [batch, features]} in both.
 *
 * <p>The memory belongs to the network that was bound to this batch size and is gone when that is
 * closed.
 */
public final class Buffer {
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private final Tensor tensor;
  private final Storage storage;
  private final int batch;
  private final ElementType type;
  private final Slice slice;
  private final boolean onHost;
  private final ByteBuffer bytes;
  private final FloatBuffer reals;

  Buffer(StoredTensor stored, int batch, Memory memory, long offset) {
    this.tensor = stored.tensor();
    this.storage = stored.storage();
    this.batch = batch;
    this.type = ElementType.of(tensor);
    this.slice = new Slice(memory, offset, stored.bytes(batch));
    this.onHost = slice.isOnHost();
    this.bytes =
        onHost ? slice.pointer().asByteBuffer().order(ByteOrder.nativeOrder()) : NONE.duplicate();
    this.reals = bytes.asFloatBuffer();
  }

  public Tensor tensor() {
    return tensor;
  }

  public Storage storage() {
    return storage;
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

  /** Elements of the whole batch, without what its layout leaves free. */
  public int elements() {
    return batch * tensor.shape().elements();
  }

  /** Whether its elements lie NHWC, or in an order that is the same for their shape. */
  public boolean isChannelsLast() {
    return storage.layout().equals(Layout.NHWC)
        || (storage.layout().equals(Layout.NCHW) && PlainLayout.isOneOrder(tensor.shape()));
  }

  /** Where the data lies, for kernels that know its memory. */
  public Slice slice() {
    return slice;
  }

  /**
   * The start of the data, for native kernels.
   *
   * @throws IllegalStateException if it is not in the host's memory
   */
  public BytePointer pointer() {
    requireOnHost();
    return slice.pointer();
  }

  /**
   * The data as bytes, in the machine's byte order.
   *
   * @throws IllegalStateException if it is not in the host's memory
   */
  public ByteBuffer bytes() {
    requireOnHost();
    return bytes;
  }

  /**
   * The data as real numbers.
   *
   * @throws IllegalStateException if it is not in the host's memory
   */
  public FloatBuffer reals() {
    requireOnHost();
    return reals;
  }

  private void requireOnHost() {
    if (!onHost) {
      throw new IllegalStateException(this + ": host code cannot reach this memory");
    }
  }

  /**
   * Some rows of the one image that this holds, in the same memory.
   *
   * @throws IllegalStateException if there are several images or the rows do not lie together
   */
  public Buffer rows(int first, int count) {
    if (batch != 1 || !storage.layout().equals(Layout.NHWC)) {
      throw new IllegalStateException(this + " has no rows that lie together");
    }
    Shape shape = tensor.shape();
    Tensor part =
        new Tensor(tensor.name(), Shape.of(shape.channels(), count, shape.width()), tensor.type());
    long start = (long) first * shape.width() * shape.channels() * type.bytes();
    return new Buffer(new StoredTensor(part, storage), 1, slice.memory(), slice.offset() + start);
  }

  /** Position of an element in memory, in elements. */
  public int index(int image, int channel, int y, int x) {
    return storage.layout().index(tensor.shape(), image, channel, y, x);
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
      case U8 -> bytes().get(index) & 0xFF;
      case S8 -> bytes().get(index);
      case U16 -> bytes().getShort(2 * index) & 0xFFFF;
      case S16 -> bytes().getShort(2 * index);
      case F32 -> throw new IllegalStateException("'" + tensor.name() + "' holds real numbers");
    };
  }

  public void setCode(int index, int code) {
    switch (type) {
      case U8, S8 -> bytes().put(index, (byte) code);
      case U16, S16 -> bytes().putShort(2 * index, (short) code);
      case F32 -> throw new IllegalStateException("'" + tensor.name() + "' holds real numbers");
    }
  }

  public float real(int index) {
    return reals().get(index);
  }

  public void setReal(int index, float value) {
    reals().put(index, value);
  }

  /** Fills it with zeros. */
  void clear() {
    for (int i = 0; i < bytes.capacity(); i++) {
      bytes.put(i, (byte) 0);
    }
  }

  /** Copies an element of another buffer of the same tensor. */
  void copy(Buffer source, int from, int to) {
    if (tensor.isCodes()) {
      setCode(to, source.code(from));
    } else {
      setReal(to, source.real(from));
    }
  }

  @Override
  public String toString() {
    return tensor.name() + " " + type + " " + batch + "x" + tensor.shape() + " " + storage;
  }
}
