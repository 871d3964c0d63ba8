package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.List;
import org.qat4j.graph.Graph;
import org.qat4j.onnx.read.OnnxReader;

/** Models as other tools write them, node by node. A dimension of 0 is a batch of any size. */
final class ModelBuilder {
  private static final long[] SCALAR = {};

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("foreign");
  private final ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);
  private long opset = 13;

  ModelBuilder opset(long version) {
    opset = version;
    model.setIrVersion(version >= 21 ? 10 : 8);
    return this;
  }

  ModelBuilder input(String name, long... dims) {
    return input(name, DataType.FLOAT, dims);
  }

  ModelBuilder input(String name, DataType type, long... dims) {
    graph.addInput(valueInfo(name, type, dims));
    return this;
  }

  ModelBuilder output(String name, long... dims) {
    graph.addOutput(valueInfo(name, DataType.FLOAT, dims));
    return this;
  }

  /** A float output whose sizes are not declared. */
  ModelBuilder anyOutput(String name) {
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT.getNumber()).build();
    graph.addOutputBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(tensor));
    return this;
  }

  private static ValueInfoProto valueInfo(String name, DataType type, long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dim : dims) {
      if (dim == 0) {
        shape.addDimBuilder().setDimParam("batch");
      } else {
        shape.addDimBuilder().setDimValue(dim);
      }
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  ModelBuilder floats(String name, long[] dims, float... values) {
    return initializer(Initializers.floats(name, dims, values));
  }

  ModelBuilder codes(String name, IntegerType storage, long[] dims, int... codes) {
    return initializer(Initializers.codes(name, storage, dims, codes));
  }

  ModelBuilder numbers(String name, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(DataType.INT64.getNumber())
            .addDims(values.length);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    return initializer(tensor.build());
  }

  /** Signed 4-bit numbers, two to a byte. */
  ModelBuilder int4(String name, long[] dims, int... codes) {
    byte[] packed = new byte[(codes.length + 1) / 2];
    for (int i = 0; i < codes.length; i++) {
      packed[i / 2] |= (byte) ((codes[i] & 0xf) << (i % 2 * 4));
    }
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(DataType.INT4.getNumber())
            .setRawData(ByteString.copyFrom(packed));
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return initializer(tensor.build());
  }

  ModelBuilder initializer(TensorProto tensor) {
    graph.addInitializer(tensor);
    return this;
  }

  /** A node that is named after its operator and output: {@code conv:y}. */
  ModelBuilder node(String op, List<String> inputs, String output, AttributeProto... attributes) {
    return node(
        OnnxNodes.node(op, op.toLowerCase(java.util.Locale.ROOT) + ":" + output, output)
            .addAllInput(inputs)
            .addAllAttribute(List.of(attributes)));
  }

  ModelBuilder node(NodeProto.Builder node) {
    graph.addNode(node);
    return this;
  }

  /**
   * QuantizeLinear and DequantizeLinear behind {@code real}: the codes {@code real_q} and the reals
   * {@code real_dq}.
   */
  ModelBuilder qdq(String real, float scale, IntegerType storage, int zeroPoint) {
    floats(real + "_s", SCALAR, scale);
    codes(real + "_z", storage, SCALAR, zeroPoint);
    node("QuantizeLinear", List.of(real, real + "_s", real + "_z"), real + "_q");
    return node("DequantizeLinear", List.of(real + "_q", real + "_s", real + "_z"), real + "_dq");
  }

  /** uint8 codes with zero point 0. */
  ModelBuilder qdq(String real, float scale) {
    return qdq(real, scale, IntegerType.UINT8, 0);
  }

  /**
   * int8 weights {@code name} with a scale per channel of dimension {@code axis}, dequantized to
   * {@code name_dq}.
   */
  ModelBuilder weight(String name, long[] dims, int axis, float[] scales, int... codes) {
    codes(name, IntegerType.INT8, dims, codes);
    floats(name + "_s", new long[] {scales.length}, scales);
    codes(name + "_z", IntegerType.INT8, new long[] {scales.length}, new int[scales.length]);
    return node(
        "DequantizeLinear",
        List.of(name, name + "_s", name + "_z"),
        name + "_dq",
        OnnxNodes.integer("axis", axis));
  }

  /** int8 weights {@code name} with one scale, dequantized to {@code name_dq}. */
  ModelBuilder weight(String name, long[] dims, float scale, int... codes) {
    codes(name, IntegerType.INT8, dims, codes);
    floats(name + "_s", SCALAR, scale);
    return node("DequantizeLinear", List.of(name, name + "_s"), name + "_dq");
  }

  GraphProto.Builder graph() {
    return graph;
  }

  ModelProto.Builder model() {
    return model
        .setGraph(graph)
        .clearOpsetImport()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
  }

  byte[] bytes() {
    return model().build().toByteArray();
  }

  Graph read() throws OnnxFormatException {
    return OnnxReader.read(bytes(), "foreign.onnx");
  }
}
