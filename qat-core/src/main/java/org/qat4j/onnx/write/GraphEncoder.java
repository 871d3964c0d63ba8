package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.Metadata;

/** Turns a graph into an ONNX model; {@link OpEncoder}s say how each operation is written. */
final class GraphEncoder {
  private static final String BATCH = "N";

  private final Graph graph;
  private final Encoding encoding;
  private final Time time;

  GraphEncoder(Graph graph) {
    this.graph = graph;
    this.time = Time.of(graph);
    this.encoding = new Encoding(graph);
  }

  ModelProto model() {
    encoding.proto().setName(graph.name());
    List<Tensor> inputs = inputs();
    for (Tensor input : inputs) {
      encoding.proto().addInput(valueInfo(input));
      if (input.isCodes()) {
        encoding.defineInput(input);
      }
    }
    for (Node node : graph.nodes()) {
      Arithmetic arithmetic = graph.inputsOf(node).get(0).arithmetic();
      OpEncoder.of(node.op().getClass(), arithmetic).encode(node, encoding);
    }
    inputs.stream().filter(input -> !hasScale(input)).forEach(encoding::real);
    graph.outputs().forEach(output -> encoding.proto().addOutput(valueInfo(output)));
    addStates();
    time.declared().ifPresent(steps -> encoding.declare(Metadata.STEPS, steps));
    return finish();
  }

  /** What no node computes: what callers give, and states. */
  private List<Tensor> inputs() {
    return graph.tensors().stream().filter(tensor -> graph.producer(tensor).isEmpty()).toList();
  }

  /** In a file a state is an input and an output; metadata say that they belong together. */
  private void addStates() {
    if (graph.states().isEmpty()) {
      return;
    }
    encoding.declare(Metadata.OUTPUTS, Integer.toString(graph.outputs().size()));
    Set<Tensor> listed = new HashSet<>(graph.outputs());
    for (Graph.State state : graph.states()) {
      encoding.declare(Metadata.STATE + state.input().name(), state.output().name());
      if (listed.add(state.output())) {
        encoding.proto().addOutput(valueInfo(state.output()));
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

  private ValueInfoProto valueInfo(Tensor tensor) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimParam(BATCH);
    int[] dims = tensor.shape().dims();
    boolean indices = encoding.isIndices(tensor);
    for (int i = 0; i < dims.length - (indices ? 1 : 0); i++) {
      add(shape, dims[i], i == 0 ? time.dimension(tensor) : Time.FIXED);
    }
    int type =
        tensor.isCodes()
            ? IntegerType.of(tensor.params().range()).type().getNumber()
            : (indices ? TensorProto.DataType.INT64 : TensorProto.DataType.FLOAT).getNumber();
    TypeProto.Tensor.Builder tensorType =
        TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(tensor.name())
        .setType(TypeProto.newBuilder().setTensorType(tensorType))
        .build();
  }

  private static void add(TensorShapeProto.Builder shape, int size, String steps) {
    TensorShapeProto.Dimension.Builder dim = shape.addDimBuilder();
    if (steps.equals(Time.FIXED)) {
      dim.setDimValue(size);
    } else {
      dim.setDimParam(steps);
    }
  }
}
