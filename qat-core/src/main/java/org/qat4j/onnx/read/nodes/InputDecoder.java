package org.qat4j.onnx.read.nodes;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.OnnxNodes;
import org.qat4j.onnx.read.file.FormatLimits;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Value;
import org.qat4j.scheme.QuantParams;

/**
 * A model input: its first dimension is the batch, of any size or none given, the others must be
 * fixed.
 */
public final class InputDecoder {
  /** So that a file with many inputs of many readers does not cost time. */
  private static final int MOST_READERS = 100;

  private static final int SEQUENCE_RANK = 2;
  private static final Set<Integer> INDICES =
      Set.of(DataType.INT64.getNumber(), DataType.INT32.getNumber());
  private static final Set<String> READERS = Set.of("DequantizeLinear", "Cast");
  private static final Set<String> MOVERS =
      Set.of(
          "Identity",
          "Dropout",
          "Flatten",
          "Reshape",
          "Squeeze",
          "MaxPool",
          "Pad",
          "Resize",
          "Concat");

  private final ValueInfoProto proto;
  private final String where;

  private InputDecoder(ValueInfoProto proto, String where) {
    this.proto = proto;
    this.where = where;
  }

  public static InputDecoder of(ValueInfoProto proto, String source) {
    return new InputDecoder(proto, source + ": input '" + proto.getName() + "' ");
  }

  public Value value(Decoding decoding) throws OnnxFormatException {
    if (!proto.getType().hasTensorType()) {
      throw new OnnxFormatException(where + "is not a tensor");
    }
    TypeProto.Tensor type = proto.getType().getTensorType();
    if (INDICES.contains(type.getElemType())) {
      return indices(type.getShape(), decoding);
    }
    Shape shape = shape(type.getShape(), decoding);
    Optional<IntegerType> storage =
        IntegerType.of(type.getElemType()).filter(IntegerType::isActivation);
    if (storage.isPresent()) {
      return codes(shape, storage.get(), decoding);
    }
    if (type.getElemType() != DataType.FLOAT.getNumber()) {
      throw new OnnxFormatException(
          where + "has data type " + DataType.forNumber(type.getElemType()) + ", expected FLOAT");
    }
    Tensor tensor = Tensor.real(proto.getName(), shape);
    decoding.input(tensor);
    return new Value.Given(tensor);
  }

  /** Word indices, in the file integers without a last dimension. */
  private Value indices(TensorShapeProto dims, Decoding decoding) throws OnnxFormatException {
    if (dims.getDimCount() < 1 || dims.getDimCount() > 2) {
      throw new OnnxFormatException(
          where + "holds integers of shape " + text(dims) + ", expected [N, time] or [N]");
    }
    decoding.fixBatch(dims.getDim(0).getDimValue());
    Shape shape = dims.getDimCount() == 1 ? Shape.of(1) : Shape.of(steps(dims, decoding), 1);
    Tensor tensor = Tensor.real(proto.getName(), shape);
    decoding.input(tensor);
    return new Value.Indices(tensor, true);
  }

  /**
   * The number of time steps: that of the file, or where it is free what metadata declare, or 1.
   */
  private int steps(TensorShapeProto dims, Decoding decoding) throws OnnxFormatException {
    Dimension time = dims.getDim(OnnxNodes.TIME_AXIS);
    long steps = time.hasDimValue() ? time.getDimValue() : decoding.declarations().steps();
    if (steps < 1 || steps > Shape.MOST_ELEMENTS) {
      throw new OnnxFormatException(
          where
              + "has shape "
              + text(dims)
              + " and "
              + steps
              + " time steps, expected 1 to "
              + Shape.MOST_ELEMENTS);
    }
    return (int) steps;
  }

  /**
   * Codes have the scale of the DequantizeLinear that reads them, also behind operations that only
   * move codes, or stand for themselves where a Cast makes real numbers of them.
   */
  private Value codes(Shape shape, IntegerType storage, Decoding decoding)
      throws OnnxFormatException {
    OnnxNode reader =
        reader(decoding)
            .orElseThrow(
                () ->
                    new OnnxFormatException(
                        where
                            + "holds "
                            + storage
                            + " codes of unknown scale: a DequantizeLinear or a Cast must read it"));
    QuantParams stored =
        reader.op().equals("Cast")
            ? new QuantParams(1, 0, storage.range())
            : ScaleDecoder.params(reader, storage, decoding);
    QuantParams params = decoding.declarations().params(reader, proto.getName(), stored);
    Tensor tensor = Tensor.codes(proto.getName(), shape, params);
    decoding.input(tensor);
    return new Value.Codes(tensor);
  }

  /** The first that makes real numbers of the codes. */
  private Optional<OnnxNode> reader(Decoding decoding) {
    Deque<String> names = new ArrayDeque<>(List.of(proto.getName()));
    Set<String> seen = new HashSet<>(names);
    int readers = 0;
    while (!names.isEmpty()) {
      for (OnnxNode reader : decoding.consumers(names.remove())) {
        if (++readers > MOST_READERS) {
          return Optional.empty();
        }
        if (READERS.contains(reader.op())) {
          return Optional.of(reader);
        }
        if (MOVERS.contains(reader.op()) && seen.add(reader.output())) {
          names.add(reader.output());
        }
      }
    }
    return Optional.empty();
  }

  private Shape shape(TensorShapeProto proto, Decoding decoding) throws OnnxFormatException {
    if (proto.getDimCount() < 2 || proto.getDimCount() > 4) {
      throw new OnnxFormatException(
          where
              + "has shape "
              + text(proto)
              + ", expected [N, channels, height, width], [N, time, features] or [N, features]");
    }
    decoding.fixBatch(proto.getDim(0).getDimValue());
    int[] dims = new int[proto.getDimCount() - 1];
    long elements = 1;
    for (int i = 0; i < dims.length; i++) {
      boolean time = i == 0 && dims.length == SEQUENCE_RANK;
      long dim = time ? steps(proto, decoding) : proto.getDim(i + 1).getDimValue();
      if (dim < 1) {
        throw new OnnxFormatException(
            where
                + "has shape "
                + text(proto)
                + ": only the batch, the first dimension, and the time of a sequence may be variable;"
                + " export the model with a fixed image size");
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
        .limit(FormatLimits.RANK)
        .map(InputDecoder::text)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String text(Dimension dim) {
    return dim.hasDimValue()
        ? Long.toString(dim.getDimValue())
        : dim.hasDimParam() ? dim.getDimParam() : "?";
  }
}
