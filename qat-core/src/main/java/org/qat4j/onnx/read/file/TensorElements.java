package org.qat4j.onnx.read.file;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.qat4j.onnx.OnnxFormatException;

/**
 * Reads single elements of a tensor in the ways ONNX stores them: as little-endian bytes or as a
 * list of numbers.
 */
public final class TensorElements {
  private TensorElements() {}

  /**
   * @throws OnnxFormatException if there are not exactly {@code count} elements, or the type is
   *     none of those that a quantized network uses
   */
  static IntToDoubleFunction of(TensorProto proto, int count, String where)
      throws OnnxFormatException {
    DataType type = DataType.forNumber(proto.getDataType());
    int bits = bits(type);
    if (bits == 0) {
      throw new OnnxFormatException(where + "data type " + type + " is not supported");
    }
    return proto.hasRawData()
        ? raw(proto.getRawData(), type, bits, count, where)
        : listed(proto, type, count, where);
  }

  /** The bytes of int8 elements that are stored as bytes, read-only. */
  public static Optional<ByteBuffer> int8(TensorProto proto) {
    return proto.getDataType() == DataType.INT8.getNumber() && proto.hasRawData()
        ? Optional.of(proto.getRawData().asReadOnlyByteBuffer())
        : Optional.empty();
  }

  private static int bits(DataType type) {
    return switch (type) {
      case INT4, UINT4 -> 4;
      case INT8, UINT8, BOOL -> 8;
      case INT16, UINT16 -> 16;
      case INT32, FLOAT -> 32;
      case INT64 -> 64;
      default -> 0;
    };
  }

  private static IntToDoubleFunction raw(
      ByteString bytes, DataType type, int bits, int count, String where)
      throws OnnxFormatException {
    long expected = ((long) count * bits + 7) / 8;
    if (bytes.size() != expected) {
      throw new OnnxFormatException(
          where + "its dimensions ask for " + expected + " bytes, but it holds " + bytes.size());
    }
    ByteBuffer buffer = bytes.asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case INT4 -> i -> signExtend(nibble(bytes.byteAt(i / 2), i));
      case UINT4 -> i -> nibble(bytes.byteAt(i / 2), i);
      case INT8 -> bytes::byteAt;
      case UINT8, BOOL -> i -> bytes.byteAt(i) & 0xff;
      case INT16 -> i -> buffer.getShort(i * Short.BYTES);
      case UINT16 -> i -> buffer.getShort(i * Short.BYTES) & 0xffff;
      case INT32 -> i -> buffer.getInt(i * Integer.BYTES);
      case FLOAT -> i -> buffer.getFloat(i * Float.BYTES);
      default -> i -> buffer.getLong(i * Long.BYTES);
    };
  }

  private static IntToDoubleFunction listed(
      TensorProto proto, DataType type, int count, String where) throws OnnxFormatException {
    return switch (type) {
      case FLOAT -> {
        requireCount(proto.getFloatDataCount(), count, where);
        yield proto::getFloatData;
      }
      case INT64 -> {
        requireCount(proto.getInt64DataCount(), count, where);
        yield proto::getInt64Data;
      }
      case INT4, UINT4 -> {
        requireCount(proto.getInt32DataCount(), (count + 1) / 2, where);
        yield i -> {
          int code = nibble((byte) proto.getInt32Data(i / 2), i);
          return type == DataType.INT4 ? signExtend(code) : code;
        };
      }
      default -> {
        requireCount(proto.getInt32DataCount(), count, where);
        yield i -> narrow(proto.getInt32Data(i), type);
      }
    };
  }

  private static void requireCount(int actual, int expected, String where)
      throws OnnxFormatException {
    if (actual != expected) {
      throw new OnnxFormatException(
          where + "its dimensions ask for " + expected + " values, but it holds " + actual);
    }
  }

  private static int narrow(int value, DataType type) {
    return switch (type) {
      case INT8 -> (byte) value;
      case UINT8, BOOL -> value & 0xff;
      case INT16 -> (short) value;
      case UINT16 -> value & 0xffff;
      default -> value;
    };
  }

  /** Two to a byte, the first in the low half. */
  private static int nibble(byte pair, int index) {
    return index % 2 == 0 ? pair & 0xf : pair >> 4 & 0xf;
  }

  private static int signExtend(int nibble) {
    return nibble << 28 >> 28;
  }
}
