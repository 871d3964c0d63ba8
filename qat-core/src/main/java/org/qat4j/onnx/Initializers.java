package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.qat4j.graph.Weights;

/** Constant tensors as ONNX stores them: dimensions and little-endian bytes. */
public final class Initializers {
  private Initializers() {}

  public static TensorProto floats(String name, long[] dims, float... values) {
    ByteBuffer bytes = littleEndian(values.length * Float.BYTES);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return tensor(name, DataType.FLOAT, dims, bytes);
  }

  /** A matrix with rows and columns exchanged. */
  public static TensorProto transposed(String name, int rows, float... values) {
    int columns = values.length / rows;
    float[] transposed = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      transposed[i % columns * rows + i / columns] = values[i];
    }
    return floats(name, new long[] {columns, rows}, transposed);
  }

  public static TensorProto codes(String name, IntegerType storage, long[] dims, int... codes) {
    ByteBuffer bytes = littleEndian(codes.length * storage.bits() / 8);
    for (int code : codes) {
      switch (storage.bits()) {
        case 8 -> bytes.put((byte) code);
        case 16 -> bytes.putShort((short) code);
        default -> bytes.putInt(code);
      }
    }
    return tensor(name, storage.type(), dims, bytes);
  }

  public static TensorProto numbers(String name, long... values) {
    ByteBuffer bytes = littleEndian(values.length * Long.BYTES);
    for (long value : values) {
      bytes.putLong(value);
    }
    return tensor(name, DataType.INT64, new long[] {values.length}, bytes);
  }

  public static TensorProto weights(String name, long[] dims, Weights weights) {
    if (weights.isInt8()) {
      return tensor(name, DataType.INT8, dims, weights.bytesOihw());
    }
    ByteBuffer bytes = littleEndian(weights.count() * Short.BYTES);
    bytes.asShortBuffer().put(weights.wideCodesOihw());
    return tensor(name, DataType.INT16, dims, bytes);
  }

  /** The same with inputs in the first dimension, as a MatMul has them. */
  public static TensorProto transposedWeights(String name, Weights weights) {
    int outputs = weights.outChannels();
    int inputs = weights.fanIn();
    boolean wide = !weights.isInt8();
    ByteBuffer bytes = littleEndian(weights.count() * (wide ? Short.BYTES : 1));
    for (int i = 0; i < inputs; i++) {
      for (int o = 0; o < outputs; o++) {
        if (wide) {
          bytes.putShort((short) weights.code(o, i));
        } else {
          bytes.put((byte) weights.code(o, i));
        }
      }
    }
    return tensor(name, IntegerType.ofWeights(weights).type(), new long[] {inputs, outputs}, bytes);
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static TensorProto tensor(String name, DataType type, long[] dims, ByteBuffer bytes) {
    ByteString raw = UnsafeByteOperations.unsafeWrap(bytes.rewind());
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber()).setRawData(raw);
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return tensor.build();
  }
}
