package org.qat4j.kernels.onednn;

import java.util.Arrays;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An argument whose address each call gives, and what an array must be to lie there: float32 and,
 * if it has as many dimensions as the layout, of the same shape and strides; else as long and
 * without gaps, and it is taken in memory order.
 */
final class Slot {
  /** Refers to memory that somebody else owns. */
  private static final class Address extends Pointer {
    Address at(long value) {
      address = value;
      return this;
    }
  }

  private static final Pointer NOWHERE = new Pointer();

  private final memory argument;
  private final Address address = new Address();
  private final long[] shape;
  private final long[] strides;
  private final long length;

  Slot(memory.desc layout) {
    argument = new memory(layout, OneDnnKernels.engine(), NOWHERE);
    shape = new long[layout.get_ndims()];
    strides = new long[shape.length];
    layout.get_dims().get(shape);
    layout.get_strides().get(strides);
    length = Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /** The argument, which is nowhere until {@link #place}. */
  memory argument() {
    return argument;
  }

  boolean fits(INDArray array) {
    return array.dataType() == DataType.FLOAT
        && array.length() == length
        && (array.rank() == shape.length ? hasLayout(array) : hasNoGaps(array));
  }

  /** The strides of dimensions of size 1 do not matter. */
  private boolean hasLayout(INDArray array) {
    for (int i = 0; i < shape.length; i++) {
      if (array.size(i) != shape[i] || (shape[i] > 1 && array.stride(i) != strides[i])) {
        return false;
      }
    }
    return true;
  }

  /** Whether from the first element to the last there are as many places as elements. */
  private static boolean hasNoGaps(INDArray array) {
    long last = 0;
    for (int i = 0; i < array.rank(); i++) {
      if (array.size(i) > 1 && array.stride(i) <= 0) {
        return false;
      }
      last += (array.size(i) - 1) * array.stride(i);
    }
    return last == array.length() - 1;
  }

  /**
   * Lets the argument be where the array is, which must be kept reachable as long as it is used.
   */
  void place(INDArray array) {
    argument.set_data_handle(address.at(Layouts.address(array)));
  }

  static String describe(INDArray array) {
    return describe(array.dataType(), array.shape(), array.stride());
  }

  private static String describe(DataType type, long[] shape, long[] strides) {
    return type + " " + Arrays.toString(shape) + ", strides " + Arrays.toString(strides);
  }

  @Override
  public String toString() {
    return describe(DataType.FLOAT, shape, strides);
  }
}
