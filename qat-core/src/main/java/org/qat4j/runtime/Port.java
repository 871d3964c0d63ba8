package org.qat4j.runtime;

import java.nio.ByteBuffer;
import java.util.List;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * An input or output of a bound network: copies between callers' arrays, which lie NCHW, and native
 * memory, where codes lie NHWC. Numbers are never converted: real ones are a {@code float[]}, 8-bit
 * codes a {@code byte[]} and 16-bit codes a {@code short[]}, whose bits are unsigned where the
 * codes are.
 */
final class Port {
  private final Activation activation;
  private final boolean reordered;
  private final byte[] row;

  Port(Activation activation) {
    Shape shape = activation.shape();
    this.activation = activation;
    this.reordered = shape.channels() > 1 && shape.height() * shape.width() > 1;
    boolean bytes = activation.tensor().isCodes() && activation.storage().bytes() == 1;
    this.row = new byte[bytes && reordered ? shape.width() * shape.channels() : 0];
  }

  /**
   * Checks what callers give, before anything is read or written.
   *
   * @param role input or output
   * @throws IllegalArgumentException if there is another number of arrays than of tensors, or one
   *     has another type or length than its tensor
   */
  static void check(String role, List<Tensor> tensors, Object[] arrays, int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be >= 1, got " + batch);
    }
    if (arrays.length != tensors.size()) {
      throw new IllegalArgumentException(
          arrays.length + " " + role + " arrays, but the graph has " + tensors.size());
    }
    for (int i = 0; i < arrays.length; i++) {
      check(role, tensors.get(i), arrays[i], batch);
    }
  }

  private static void check(String role, Tensor tensor, Object array, int batch) {
    Storage storage = Storage.of(tensor);
    if (array == null || array.getClass() != storage.array()) {
      throw new IllegalArgumentException(wrongType(role, tensor, storage, array));
    }
    long expected = (long) batch * tensor.shape().elements();
    int length = java.lang.reflect.Array.getLength(array);
    if (length != expected) {
      throw new IllegalArgumentException(
          role
              + " '"
              + tensor.name()
              + "': "
              + batch
              + " images of "
              + tensor.shape()
              + " are "
              + expected
              + " numbers, got "
              + length);
    }
  }

  private static String wrongType(String role, Tensor tensor, Storage storage, Object array) {
    String wanted = storage.array().getSimpleName();
    String got = array == null ? "null" : array.getClass().getSimpleName();
    String where = role + " '" + tensor.name() + "' ";
    if (!tensor.isCodes()) {
      return where
          + "holds real numbers, which are a "
          + wanted
          + ", got "
          + got
          + ": scale them as the model was trained, for example pixel / 255f";
    }
    QuantParams params = tensor.params();
    return where
        + "holds "
        + storage.codes()
        + " codes, which are a "
        + wanted
        + ", got "
        + got
        + ": a code stands for the real number "
        + params.scale()
        + " * (code - "
        + params.zeroPoint()
        + ")";
  }

  /**
   * Checks that codes are among those that the tensor may have, where its type holds others too.
   *
   * @throws IllegalArgumentException naming the first that is not
   */
  static void checkCodes(List<Tensor> inputs, Object[] arrays) {
    for (int i = 0; i < arrays.length; i++) {
      Tensor input = inputs.get(i);
      if (input.isCodes() && !input.params().range().contains(Storage.of(input).range())) {
        checkCodes(input, arrays[i]);
      }
    }
  }

  private static void checkCodes(Tensor input, Object array) {
    IntRange range = input.params().range();
    Storage storage = Storage.of(input);
    int length = java.lang.reflect.Array.getLength(array);
    for (int i = 0; i < length; i++) {
      int bits = array instanceof byte[] bytes ? bytes[i] : ((short[]) array)[i];
      int code = storage.code(bits);
      if (!range.contains(code)) {
        throw new IllegalArgumentException(
            "input '"
                + input.name()
                + "': code "
                + code
                + " at position "
                + i
                + " is outside "
                + range
                + ", the codes of the model's calibrated range");
      }
    }
  }

  /**
   * Copies in.
   *
   * @param array as {@link #check} wants it
   * @param first position of this port's first element
   */
  void write(Object array, int first) {
    if (array instanceof float[] reals) {
      activation.reals().put(0, reals, first, activation.elements());
    } else if (array instanceof byte[] codes && !reordered) {
      activation.bytes().put(0, codes, first, activation.elements());
    } else if (array instanceof byte[] codes) {
      writeRows(codes, first);
    } else {
      short[] codes = (short[]) array;
      for (int i = 0; i < activation.elements(); i++) {
        activation.setCode(activation.indexOfNchw(i), codes[first + i]);
      }
    }
  }

  /** Copies out, as {@link #write} copies in. */
  void read(Object array, int first) {
    if (array instanceof float[] reals) {
      activation.reals().get(0, reals, first, activation.elements());
    } else if (array instanceof byte[] codes && !reordered) {
      activation.bytes().get(0, codes, first, activation.elements());
    } else if (array instanceof byte[] codes) {
      readRows(codes, first);
    } else {
      short[] codes = (short[]) array;
      for (int i = 0; i < activation.elements(); i++) {
        codes[first + i] = (short) activation.code(activation.indexOfNchw(i));
      }
    }
  }

  /** By way of an array, where loops are several times as fast as over native memory. */
  private void writeRows(byte[] codes, int first) {
    Shape shape = activation.shape();
    ByteBuffer bytes = activation.bytes();
    for (int r = 0; r < activation.batch() * shape.height(); r++) {
      for (int c = 0; c < shape.channels(); c++) {
        int from = first + start(r, c);
        for (int x = 0, to = c; x < shape.width(); x++, to += shape.channels()) {
          row[to] = codes[from + x];
        }
      }
      bytes.put(r * row.length, row);
    }
  }

  private void readRows(byte[] codes, int first) {
    Shape shape = activation.shape();
    ByteBuffer bytes = activation.bytes();
    for (int r = 0; r < activation.batch() * shape.height(); r++) {
      bytes.get(r * row.length, row);
      for (int c = 0; c < shape.channels(); c++) {
        int to = first + start(r, c);
        for (int x = 0, from = c; x < shape.width(); x++, from += shape.channels()) {
          codes[to + x] = row[from];
        }
      }
    }
  }

  /** Where the row of a channel starts in NCHW order; rows are counted through the batch. */
  private int start(int row, int channel) {
    Shape shape = activation.shape();
    int image = row / shape.height();
    int y = row % shape.height();
    return ((image * shape.channels() + channel) * shape.height() + y) * shape.width();
  }
}
