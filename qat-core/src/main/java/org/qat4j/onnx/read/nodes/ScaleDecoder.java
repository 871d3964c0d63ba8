package org.qat4j.onnx.read.nodes;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.Optional;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.ChannelScales;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.scheme.QuantParams;

/** Scale and zero point of a QuantizeLinear or DequantizeLinear. */
final class ScaleDecoder {
  private static final int SCALE = 1;
  private static final int ZERO_POINT = 2;

  private ScaleDecoder() {}

  /** One scale for the whole tensor; the range is that of the storage type. */
  static QuantParams params(OnnxNode node, IntegerType storage, Decoding decoding)
      throws OnnxFormatException {
    Constant scale = scale(node, decoding);
    Optional<Constant> zeroPoint = zeroPoint(node, decoding);
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

  /** One scale for the whole constant, or one for every index of a dimension. */
  static ChannelScales channels(OnnxNode node, Constant tensor, Decoding decoding)
      throws OnnxFormatException {
    Constant scale = scale(node, decoding);
    Optional<Constant> zeroPoint = zeroPoint(node, decoding);
    if (zeroPoint.isPresent() && zeroPoint.get().count() != scale.count()) {
      throw node.error(
          "has " + scale.count() + " scales, but " + zeroPoint.get().count() + " zero points");
    }
    if (scale.isScalar()) {
      return new ChannelScales(scale, zeroPoint, 0, 0, 1);
    }
    int rank = tensor.dims().length;
    long axis = node.integer("axis", 1);
    axis = axis < 0 ? axis + rank : axis;
    if (axis < 0 || axis >= rank || tensor.dims()[(int) axis] != scale.count()) {
      throw node.error(
          "has "
              + scale.count()
              + " scales along dimension "
              + node.integer("axis", 1)
              + " of '"
              + tensor.name()
              + "', whose sizes are "
              + tensor.shape());
    }
    int stride = Arrays.stream(tensor.dims()).skip(axis + 1).reduce(1, (a, b) -> a * b);
    return new ChannelScales(scale, zeroPoint, (int) axis, stride, scale.count());
  }

  private static Constant scale(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    if (node.integer("block_size", 0) != 0) {
      throw node.error(
          "quantizes in blocks (block_size "
              + node.integer("block_size", 0)
              + "), which is not supported");
    }
    requireFloat(node, node.op().equals("QuantizeLinear") ? "precision" : "output_dtype");
    Constant scale = decoding.constant(node, SCALE, "scale");
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

  private static Optional<Constant> zeroPoint(OnnxNode node, Decoding decoding)
      throws OnnxFormatException {
    return node.hasInput(ZERO_POINT)
        ? Optional.of(decoding.constant(node, ZERO_POINT, "zero point"))
        : Optional.empty();
  }

  /**
   * The integer type that a QuantizeLinear produces: its zero point's, else the one named, else
   * uint8.
   */
  static IntegerType produced(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    Optional<Constant> zeroPoint = zeroPoint(node, decoding);
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
