package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.Metadata;

/** Turns a graph into an ONNX model; {@link OpEncoder}s say how each operation is written. */
final class GraphEncoder {
  private static final String BATCH = "N";

  private final Graph graph;
  private final Encoding encoding;

  GraphEncoder(Graph graph) {
    this.graph = graph;
    this.encoding = new Encoding(graph);
  }

  ModelProto model() {
    requireForm();
    encoding.proto().setName(graph.name());
    for (Tensor input : graph.inputs()) {
      encoding.proto().addInput(valueInfo(input));
      if (input.isCodes()) {
        encoding.defineInput(input);
      }
    }
    for (Node node : graph.nodes()) {
      Arithmetic arithmetic = graph.inputsOf(node).get(0).arithmetic();
      OpEncoder.of(node.op().getClass(), arithmetic).encode(node, encoding);
    }
    graph.inputs().stream().filter(input -> !hasScale(input)).forEach(encoding::real);
    graph.outputs().forEach(output -> encoding.proto().addOutput(valueInfo(output)));
    graph.properties().forEach(encoding::declare);
    return finish();
  }

  /** Refuses what no standard file says. */
  private void requireForm() {
    for (Graph.State state : graph.states()) {
      throw new IllegalArgumentException(
          "state '"
              + state.input().name()
              + "' is kept between calls, which an ONNX file cannot say: write the graph with '"
              + state.input().name()
              + "' as an input and '"
              + state.output().name()
              + "' as an output");
    }
    for (String key : graph.properties().keySet()) {
      if (Metadata.isOfNode(key)) {
        throw new IllegalArgumentException(
            "property '" + key + "': files keep this name for a node or tensor; choose another");
      }
    }
    for (Tensor tensor : graph.tensors()) {
      if (tensor.shape().kind() == Shape.Kind.SEQUENCE) {
        throw new IllegalArgumentException(
            "tensor '"
                + tensor.name()
                + "' is a sequence "
                + tensor.shape()
                + ", which has no form in a file yet; features and images have");
      }
    }
  }

  /** Whether a reader of the file finds the scale of an input, if it is codes. */
  private boolean hasScale(Tensor input) {
    return !input.isCodes()
        || encoding.proto().getNodeList().stream()
            .anyMatch(
                node ->
                    node.getOpType().equals("DequantizeLinear")
                        && node.getInput(0).equals(input.name()));
  }

  private ModelProto finish() {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(irVersion(encoding.opset()))
            .setProducerName("qat4j")
            .setGraph(encoding.proto())
            .addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain("").setVersion(encoding.opset()));
    encoding
        .metadata()
        .forEach(
            (key, value) ->
                model.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.build();
  }

  /** The oldest file format that allows the operator set, so that older readers accept the file. */
  private static int irVersion(int opset) {
    return opset >= 21 ? 10 : opset >= 19 ? 9 : 8;
  }

  private static ValueInfoProto valueInfo(Tensor tensor) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimParam(BATCH);
    for (int dim : tensor.shape().dims()) {
      shape.addDimBuilder().setDimValue(dim);
    }
    int type =
        tensor.isCodes()
            ? IntegerType.of(tensor.params().range()).type().getNumber()
            : TensorProto.DataType.FLOAT.getNumber();
    TypeProto.Tensor.Builder tensorType =
        TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(tensor.name())
        .setType(TypeProto.newBuilder().setTensorType(tensorType))
        .build();
  }
}
