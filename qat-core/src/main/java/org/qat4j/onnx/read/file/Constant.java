package org.qat4j.onnx.read.file;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.scheme.IntRange;

/**
 * A constant tensor of a file. Elements are read out of the file's bytes on demand, so that none
 * takes memory unless it is used, and the dimensions are checked against the bytes that are there
 * before anything is allocated.
 */
public final class Constant {
  /** Real models derive a constant once or twice; every step is a call when an element is read. */
  private static final int MAX_STEPS = 8;

  private final String name;
  private final DataType type;
  private final int[] dims;
  private final int count;
  private final IntToDoubleFunction elements;
  private final Optional<ByteBuffer> int8;
  private final int steps;

  private Constant(
      String name,
      DataType type,
      int[] dims,
      int count,
      IntToDoubleFunction elements,
      Optional<ByteBuffer> int8,
      int steps) {
    this.name = name;
    this.type = type;
    this.dims = dims.clone();
    this.count = count;
    this.elements = elements;
    this.int8 = int8;
    this.steps = steps;
  }

  /**
   * That of a file; its elements stay there.
   *
   * @param site starts the messages
   * @throws OnnxFormatException if the data is of an unknown type, or does not match the dimensions
   */
  public static Constant of(TensorProto proto, String name, String site)
      throws OnnxFormatException {
    String where = site + "tensor '" + name + "': ";
    if (proto.hasSegment()) {
      throw new OnnxFormatException(where + "is stored in segments, which is not supported");
    }
    int[] dims = dims(proto, where);
    int count = count(dims, where);
    DataType type = type(proto, where);
    IntToDoubleFunction elements = TensorElements.of(proto, count, where);
    return new Constant(name, type, dims, count, elements, TensorElements.int8(proto), 0);
  }

  /** Integers that were computed while the file was read: a list, or a single one. */
  public static Constant numbers(String name, boolean list, long... values) {
    int[] dims = list ? new int[] {values.length} : new int[0];
    return new Constant(
        name, DataType.INT64, dims, values.length, i -> values[i], Optional.empty(), 0);
  }

  private static int[] dims(TensorProto proto, String where) throws OnnxFormatException {
    if (proto.getDimsCount() > FormatLimits.RANK) {
      throw new OnnxFormatException(
          where + proto.getDimsCount() + " dimensions, at most " + FormatLimits.RANK);
    }
    int[] dims = new int[proto.getDimsCount()];
    for (int i = 0; i < dims.length; i++) {
      long dim = proto.getDims(i);
      if (dim < 0 || dim > Integer.MAX_VALUE) {
        throw new OnnxFormatException(where + "dimension " + i + " is " + dim);
      }
      dims[i] = (int) dim;
    }
    return dims;
  }

  private static int count(int[] dims, String where) throws OnnxFormatException {
    long count = 1;
    for (int dim : dims) {
      count *= dim;
      if (count > Integer.MAX_VALUE) {
        throw new OnnxFormatException(
            where + "dimensions " + Arrays.toString(dims) + " are too large");
      }
    }
    return (int) count;
  }

  private static DataType type(TensorProto proto, String where) throws OnnxFormatException {
    DataType type = DataType.forNumber(proto.getDataType());
    if (type == null) {
      throw new OnnxFormatException(where + "unknown data type " + proto.getDataType());
    }
    return type;
  }

  public String name() {
    return name;
  }

  public DataType type() {
    return type;
  }

  /** A copy of the sizes. */
  public int[] dims() {
    return dims.clone();
  }

  public int count() {
    return count;
  }

  public double at(int index) {
    return elements.applyAsDouble(index);
  }

  /** All elements, of a constant of integers. */
  public long[] integers() {
    return IntStream.range(0, count).mapToLong(i -> (long) at(i)).toArray();
  }

  /** The file's own bytes, read-only, where they are the elements as they are: int8. */
  public Optional<ByteBuffer> int8() {
    return int8.map(ByteBuffer::duplicate);
  }

  public boolean isScalar() {
    return count == 1;
  }

  /** Rows and columns exchanged. */
  public Constant transposed(OnnxNode node) throws OnnxFormatException {
    int rows = dims[0];
    int columns = dims[1];
    IntToDoubleFunction swapped = i -> elements.applyAsDouble(i % rows * columns + i / rows);
    return derived(node, type, new int[] {columns, rows}, swapped);
  }

  /** One index of the first dimension. */
  public Constant part(OnnxNode node, int index) throws OnnxFormatException {
    int[] rest = Arrays.copyOfRange(dims, 1, dims.length);
    int length = dims[0] == 0 ? 0 : count / dims[0];
    IntToDoubleFunction moved = i -> elements.applyAsDouble(index * length + i);
    return derived(node, type, rest, length, moved);
  }

  /** Each element clamped. */
  public Constant clipped(OnnxNode node, IntRange range) throws OnnxFormatException {
    return derived(node, type, dims, i -> range.clamp(elements.applyAsDouble(i)));
  }

  /** Each element replaced by a function of its index. */
  public Constant mapped(OnnxNode node, DataType newType, IntToDoubleFunction function)
      throws OnnxFormatException {
    return derived(node, newType, dims, function);
  }

  private Constant derived(
      OnnxNode node, DataType newType, int[] newDims, IntToDoubleFunction newElements)
      throws OnnxFormatException {
    return derived(node, newType, newDims, count, newElements);
  }

  private Constant derived(
      OnnxNode node, DataType newType, int[] newDims, int newCount, IntToDoubleFunction newElements)
      throws OnnxFormatException {
    if (steps == MAX_STEPS) {
      throw node.error("is behind " + MAX_STEPS + " other operations on constant '" + name + "'");
    }
    return new Constant(name, newType, newDims, newCount, newElements, Optional.empty(), steps + 1);
  }

  public String shape() {
    return Arrays.toString(dims);
  }
}
