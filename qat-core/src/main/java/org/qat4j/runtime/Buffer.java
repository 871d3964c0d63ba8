package org.qat4j.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;

/**
 * A tensor of a batch of images in memory: in which space and in what order is its {@link
 * #storage()}. Where a kernel asks for nothing else, that is the host's memory, with codes as
 * {@code [batch, height, width, channels]} (NHWC) and real numbers as {@code [batch, channels,
 * height, width]} (NCHW, as callers give and get them unless they ask for another order); features
 * are {@code [batch, features]} in both, sequences {@code [batch, time, features]}.
 *
 * <p>Behind codes whose scale is computed while running lie scale and zero point of each image.
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
  private final int firstParams;
  private final boolean onHost;
  private final ByteBuffer bytes;
  private final FloatBuffer reals;

  Buffer(StoredTensor stored, int batch, Memory memory, long offset) {
    this.tensor = stored.tensor();
    this.storage = stored.storage();
    this.batch = batch;
    this.type = ElementType.of(tensor);
    this.slice = new Slice(memory, offset, stored.bytes(batch));
    this.firstParams = Math.toIntExact(stored.elementBytes(batch));
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

  /**
   * Position in memory of the element that is {@code position}-th in NCHW order, or of sequences in
   * the order {@code [batch, time, features]}.
   */
  public int indexOfNchw(int position) {
    Shape shape = tensor.shape();
    int image = position / shape.elements();
    return switch (shape.kind()) {
      case FEATURES, IMAGE -> {
        int x = position % shape.width();
        int y = position / shape.width() % shape.height();
        int channel = position / (shape.width() * shape.height()) % shape.channels();
        yield index(image, channel, y, x);
      }
      case SEQUENCE -> {
        int time = position / shape.channels() % shape.height();
        yield index(image, position % shape.channels(), time, 0);
      }
    };
  }

  /**
   * The scale of an image's codes, where it is computed while running.
   *
   * @throws IllegalStateException if it is not
   */
  public float scale(int image) {
    return bytes().getFloat(paramsAt(image));
  }

  /** The zero point of an image's codes, where it is computed while running. */
  public int zeroPoint(int image) {
    return bytes().getInt(paramsAt(image) + Float.BYTES);
  }

  /** Sets both, before the codes are read. */
  public void setParams(int image, float scale, int zeroPoint) {
    bytes().putFloat(paramsAt(image), scale).putInt(paramsAt(image) + Float.BYTES, zeroPoint);
  }

  private int paramsAt(int image) {
    if (tensor.arithmetic() != Arithmetic.DYNAMIC_CODES) {
      throw new IllegalStateException("the images of " + this + " have no scales of their own");
    }
    return firstParams + image * StoredTensor.PARAMS_BYTES;
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

  /** Copies an element of another buffer of the same type. */
  public void copy(Buffer source, int from, int to) {
    switch (type) {
      case U8, S8, U16, S16 -> setCode(to, source.code(from));
      case F32 -> setReal(to, source.real(from));
    }
  }

  /** Copies what belongs to an image and is no element of it. */
  void copyParams(Buffer source, int image) {
    switch (tensor.arithmetic()) {
      case CODES, REALS -> {}
      case DYNAMIC_CODES -> setParams(image, source.scale(image), source.zeroPoint(image));
    }
  }

  @Override
  public String toString() {
    return tensor.name() + " " + type + " " + batch + "x" + tensor.shape() + " " + storage;
  }
}
