package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.qat4j.scheme.IntRange;

/**
 * A constant tensor of a file. Elements are read out of the file's bytes on demand, so that none
 * takes memory unless it is used, and the dimensions are checked against the bytes that are there
 * before anything is allocated.
 */
final class Constant {
  private final String name;
  private final DataType type;
  private final int[] dims;
  private final int count;
  private final IntToDoubleFunction elements;

  /**
   * A constant computed from another one.
   *
   * @param name for messages and metadata
   * @param type ONNX data type
   * @param dims sizes; none for a scalar; copied
   * @param count number of elements, the product of the sizes
   * @param elements value at an index in row-major order
   */
  Constant(String name, DataType type, int[] dims, int count, IntToDoubleFunction elements) {
    this.name = name;
    this.type = type;
    this.dims = dims.clone();
    this.count = count;
    this.elements = elements;
  }

  /**
   * @param site starts the messages
   * @throws OnnxFormatException if the data is elsewhere, of an unknown type, or does not match the
   *     dimensions
   */
  static Constant of(TensorProto proto, String name, String site) throws OnnxFormatException {
    String where = site + "tensor '" + name + "': ";
    if (proto.getDataLocation() == DataLocation.EXTERNAL || proto.getExternalDataCount() > 0) {
      throw new OnnxFormatException(
          where
              + "its data is in another file, which is never opened; save the model as one file (external data off)");
    }
    if (proto.hasSegment()) {
      throw new OnnxFormatException(where + "is stored in segments, which is not supported");
    }
    int[] dims = dims(proto, where);
    int count = count(dims, where);
    return new Constant(
        name, type(proto, where), dims, count, TensorElements.of(proto, count, where));
  }

  private static int[] dims(TensorProto proto, String where) throws OnnxFormatException {
    if (proto.getDimsCount() > Limits.RANK) {
      throw new OnnxFormatException(
          where + proto.getDimsCount() + " dimensions, at most " + Limits.RANK);
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

  String name() {
    return name;
  }

  DataType type() {
    return type;
  }

  /** A copy of the sizes. */
  int[] dims() {
    return dims.clone();
  }

  int count() {
    return count;
  }

  double at(int index) {
    return elements.applyAsDouble(index);
  }

  boolean isScalar() {
    return count == 1;
  }

  /** Rows and columns exchanged. */
  Constant transposed() {
    int rows = dims[0];
    int columns = dims[1];
    IntToDoubleFunction swapped = i -> elements.applyAsDouble(i % rows * columns + i / rows);
    return new Constant(name, type, new int[] {columns, rows}, count, swapped);
  }

  /** Each element clamped. */
  Constant clipped(IntRange range) {
    return new Constant(name, type, dims, count, i -> range.clamp(elements.applyAsDouble(i)));
  }

  String shape() {
    return Arrays.toString(dims);
  }
}
