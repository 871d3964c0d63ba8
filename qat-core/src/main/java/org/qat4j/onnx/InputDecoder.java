package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Optional;
import java.util.stream.Collectors;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.scheme.QuantParams;

/**
 * A model input: its first dimension is the batch, of any size or none given, the others must be
 * fixed.
 */
final class InputDecoder {
  private final ValueInfoProto proto;
  private final String where;

  private InputDecoder(ValueInfoProto proto, String where) {
    this.proto = proto;
    this.where = where;
  }

  static InputDecoder of(ValueInfoProto proto, String source) {
    return new InputDecoder(proto, source + ": input '" + proto.getName() + "' ");
  }

  Value value(GraphDecoder decoder) throws OnnxFormatException {
    if (!proto.getType().hasTensorType()) {
      throw new OnnxFormatException(where + "is not a tensor");
    }
    TypeProto.Tensor type = proto.getType().getTensorType();
    Shape shape = shape(type.getShape());
    Optional<Storage> storage = Storage.of(type.getElemType()).filter(Storage::isActivation);
    if (storage.isPresent()) {
      return codes(shape, storage.get(), decoder);
    }
    if (type.getElemType() != DataType.FLOAT.getNumber()) {
      throw new OnnxFormatException(
          where + "has data type " + DataType.forNumber(type.getElemType()) + ", expected FLOAT");
    }
    Tensor tensor = Tensor.real(proto.getName(), shape);
    decoder.input(tensor);
    return new Value.Given(tensor);
  }

  /** Codes have the scale of the DequantizeLinear that reads them. */
  private Value codes(Shape shape, Storage storage, GraphDecoder decoder)
      throws OnnxFormatException {
    for (OnnxNode reader : decoder.consumers(proto.getName())) {
      if (reader.op().equals("DequantizeLinear")) {
        QuantParams stored = ScaleDecoder.params(reader, storage, decoder);
        QuantParams params = CodesType.declared(reader, proto.getName(), stored, decoder);
        Tensor tensor = Tensor.codes(proto.getName(), shape, params);
        decoder.input(tensor);
        return new Value.Codes(tensor);
      }
    }
    throw new OnnxFormatException(
        where + "holds " + storage + " codes of unknown scale: a DequantizeLinear must read it");
  }

  private Shape shape(TensorShapeProto proto) throws OnnxFormatException {
    if (proto.getDimCount() != 2 && proto.getDimCount() != 4) {
      throw new OnnxFormatException(
          where
              + "has shape "
              + text(proto)
              + ", expected [N, channels, height, width] or [N, features]");
    }
    int[] dims = new int[proto.getDimCount() - 1];
    long elements = 1;
    for (int i = 0; i < dims.length; i++) {
      long dim = proto.getDim(i + 1).getDimValue();
      if (dim < 1) {
        throw new OnnxFormatException(
            where
                + "has shape "
                + text(proto)
                + ": only the first dimension, the batch, may be variable; export the"
                + " model with a fixed image size");
      }
      elements = Math.min(dim, Shape.MOST_ELEMENTS + 1L) * elements;
      if (elements > Shape.MOST_ELEMENTS) {
        throw new OnnxFormatException(
            where
                + "has shape "
                + text(proto)
                + ", more than "
                + Shape.MOST_ELEMENTS
                + " elements");
      }
      dims[i] = (int) dim;
    }
    return Shape.of(dims);
  }

  private static String text(TensorShapeProto proto) {
    return proto.getDimList().stream()
        .limit(Limits.RANK)
        .map(InputDecoder::text)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String text(Dimension dim) {
    return dim.hasDimValue()
        ? Long.toString(dim.getDimValue())
        : dim.hasDimParam() ? dim.getDimParam() : "?";
  }
}
