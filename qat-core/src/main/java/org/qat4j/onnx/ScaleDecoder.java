package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Optional;
import org.qat4j.scheme.QuantParams;

/** Scale and zero point of a QuantizeLinear or DequantizeLinear. */
final class ScaleDecoder {
  private static final int SCALE = 1;
  private static final int ZERO_POINT = 2;

  private ScaleDecoder() {}

  /** One scale for the whole tensor; the range is that of the storage type. */
  static QuantParams params(OnnxNode node, IntegerType storage, GraphDecoder decoder)
      throws OnnxFormatException {
    Constant scale = scale(node, decoder);
    Optional<Constant> zeroPoint = zeroPoint(node, decoder);
    if (!scale.isScalar() || (zeroPoint.isPresent() && !zeroPoint.get().isScalar())) {
      throw node.error(
          "has " + scale.count() + " scales; an activation needs one for the whole tensor");
    }
    int zero = zeroPoint.isPresent() ? (int) zeroPoint.get().at(0) : 0;
    try {
      return new QuantParams((float) scale.at(0), zero, storage.range());
    } catch (IllegalArgumentException e) {
      throw node.error(e);
    }
  }

  static Constant scale(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    if (node.integer("block_size", 0) != 0) {
      throw node.error(
          "quantizes in blocks (block_size "
              + node.integer("block_size", 0)
              + "), which is not supported");
    }
    requireFloat(node, node.op().equals("QuantizeLinear") ? "precision" : "output_dtype");
    Constant scale = decoder.constant(node, SCALE, "scale");
    if (scale.type() != DataType.FLOAT || scale.count() == 0) {
      throw node.error(
          "scale '" + scale.name() + "' is " + scale.type() + scale.shape() + ", expected FLOAT");
    }
    return scale;
  }

  /** From opset 23 on the division or the result may have another type. */
  private static void requireFloat(OnnxNode node, String attribute) throws OnnxFormatException {
    long type = node.integer(attribute, 0);
    if (type != 0 && type != DataType.FLOAT.getNumber()) {
      throw node.error(
          "has " + attribute + " " + DataType.forNumber((int) type) + ", expected FLOAT");
    }
  }

  static Optional<Constant> zeroPoint(OnnxNode node, GraphDecoder decoder)
      throws OnnxFormatException {
    return node.hasInput(ZERO_POINT)
        ? Optional.of(decoder.constant(node, ZERO_POINT, "zero point"))
        : Optional.empty();
  }

  /**
   * The integer type that a QuantizeLinear produces: its zero point's, else the one named, else
   * uint8.
   */
  static IntegerType produced(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    Optional<Constant> zeroPoint = zeroPoint(node, decoder);
    int named = (int) node.integer("output_dtype", 0);
    int type = zeroPoint.isPresent() ? zeroPoint.get().type().getNumber() : named;
    if (named != 0 && named != type) {
      throw node.error(
          "has output_dtype "
              + DataType.forNumber(named)
              + ", but a zero point of "
              + DataType.forNumber(type));
    }
    return type == 0 ? IntegerType.UINT8 : storage(node, type);
  }

  static IntegerType storage(OnnxNode node, int dataType) throws OnnxFormatException {
    Optional<IntegerType> storage = IntegerType.of(dataType);
    if (storage.isEmpty()) {
      throw node.error(
          "quantizes to data type " + DataType.forNumber(dataType) + ", expected an integer type");
    }
    return storage.get();
  }
}
