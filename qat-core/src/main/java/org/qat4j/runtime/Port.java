package org.qat4j.runtime;

import java.nio.FloatBuffer;
import java.util.List;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * An input or output of a bound network: copies between callers' arrays and native memory. Real
 * numbers lie there as in the arrays, codes NHWC, sequences {@code [batch, time, features]}.
 * Numbers are never converted: real ones are a {@code float[]} or a {@link FloatBuffer}, 8-bit
 * codes a {@code byte[]} and 16-bit codes a {@code short[]}, whose bits are unsigned where the
 * codes are.
 */
final class Port {
  /** Bytes copied at a time, by way of an array that the nearest cache holds. */
  private static final int BLOCK = 1 << 14;

  private final Buffer buffer;
  private final boolean reordered;

  /** What such a block holds: all channels of some pixels, or some channels of one pixel. */
  private final int channels;

  private final int pixels;
  private final byte[] block;

  /**
   * @param callers layout of the arrays
   */
  Port(Buffer buffer, PlainLayout callers) {
    Shape shape = buffer.shape();
    this.buffer = buffer;
    boolean codes = buffer.tensor().isCodes();
    this.reordered = codes && callers == PlainLayout.NCHW && !PlainLayout.isOneOrder(shape);
    boolean bytes = codes && buffer.type().bytes() == 1;
    this.channels = Math.min(shape.channels(), BLOCK);
    this.pixels = Math.min(shape.height() * shape.width(), BLOCK / channels);
    this.block = new byte[bytes && reordered ? channels * pixels : 0];
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
    ElementType type = ElementType.of(tensor);
    boolean buffer = array instanceof FloatBuffer && !tensor.isCodes();
    if (!buffer && (array == null || array.getClass() != type.array())) {
      throw new IllegalArgumentException(wrongType(role, tensor, type, array));
    }
    if (buffer && role.equals("output") && ((FloatBuffer) array).isReadOnly()) {
      throw new IllegalArgumentException(
          role + " '" + tensor.name() + "': the buffer is read-only");
    }
    long expected = (long) batch * tensor.shape().elements();
    int length =
        buffer ? ((FloatBuffer) array).remaining() : java.lang.reflect.Array.getLength(array);
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

  private static String wrongType(String role, Tensor tensor, ElementType type, Object array) {
    String wanted = type.array().getSimpleName();
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
        + type.codes()
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
      if (input.isCodes() && !input.params().range().contains(ElementType.of(input).range())) {
        checkCodes(input, arrays[i]);
      }
    }
  }

  private static void checkCodes(Tensor input, Object array) {
    IntRange range = input.params().range();
    ElementType type = ElementType.of(input);
    int length = java.lang.reflect.Array.getLength(array);
    for (int i = 0; i < length; i++) {
      int bits = array instanceof byte[] bytes ? bytes[i] : ((short[]) array)[i];
      int code = type.code(bits);
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
      buffer.reals().put(0, reals, first, buffer.elements());
    } else if (array instanceof FloatBuffer reals) {
      buffer.reals().put(0, reals, reals.position() + first, buffer.elements());
    } else if (array instanceof byte[] codes && !reordered) {
      buffer.bytes().put(0, codes, first, buffer.elements());
    } else if (array instanceof byte[] codes) {
      writeBlocks(codes, first);
    } else {
      short[] codes = (short[]) array;
      for (int i = 0; i < buffer.elements(); i++) {
        buffer.setCode(reordered ? buffer.indexOfNchw(i) : i, codes[first + i]);
      }
    }
  }

  /** Copies out, as {@link #write} copies in. */
  void read(Object array, int first) {
    if (array instanceof float[] reals) {
      buffer.reals().get(0, reals, first, buffer.elements());
    } else if (array instanceof FloatBuffer reals) {
      reals.put(reals.position() + first, buffer.reals(), 0, buffer.elements());
    } else if (array instanceof byte[] codes && !reordered) {
      buffer.bytes().get(0, codes, first, buffer.elements());
    } else if (array instanceof byte[] codes) {
      readBlocks(codes, first);
    } else {
      short[] codes = (short[]) array;
      for (int i = 0; i < buffer.elements(); i++) {
        codes[first + i] = (short) buffer.code(reordered ? buffer.indexOfNchw(i) : i);
      }
    }
  }

  /** By way of an array, where loops are several times as fast as over native memory. */
  private void writeBlocks(byte[] codes, int first) {
    int plane = plane();
    eachBlock(
        first,
        (nhwc, nchw, depth, count) -> {
          for (int c = 0; c < depth; c++) {
            int from = nchw + c * plane;
            for (int p = 0, to = c; p < count; p++, to += depth) {
              block[to] = codes[from + p];
            }
          }
          buffer.bytes().put(nhwc, block, 0, depth * count);
        });
  }

  private void readBlocks(byte[] codes, int first) {
    int plane = plane();
    eachBlock(
        first,
        (nhwc, nchw, depth, count) -> {
          buffer.bytes().get(nhwc, block, 0, depth * count);
          for (int c = 0; c < depth; c++) {
            int to = nchw + c * plane;
            for (int p = 0, from = c; p < count; p++, from += depth) {
              codes[to + p] = block[from];
            }
          }
        });
  }

  /**
   * Visits all codes in pieces that are consecutive in native memory.
   *
   * @param first position of the first element in the caller's array
   */
  private void eachBlock(int first, Block visitor) {
    int plane = plane();
    int depth = buffer.shape().channels();
    for (int image = 0; image < buffer.batch(); image++) {
      for (int p = 0; p < plane; p += pixels) {
        for (int c = 0; c < depth; c += channels) {
          visitor.copy(
              (image * plane + p) * depth + c,
              first + (image * depth + c) * plane + p,
              Math.min(channels, depth - c),
              Math.min(pixels, plane - p));
        }
      }
    }
  }

  private int plane() {
    return buffer.shape().height() * buffer.shape().width();
  }

  /** Copies some channels of consecutive pixels: all channels, or those of one pixel. */
  private interface Block {
    /**
     * @param nhwc position of the first code in native memory
     * @param nchw position of the first code in the caller's array
     */
    void copy(int nhwc, int nchw, int depth, int count);
  }
}
