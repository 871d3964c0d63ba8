package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Scan;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;
import org.qat4j.scheme.IntRange;

/** Recurrent files that say something else than what is written are refused, not misread. */
class RecurrentRefusalTest {
  private static final int UNITS = 2;

  private static Graph graph(Scan scan) {
    Tensor.Type real = new Tensor.Real();
    RecurrentOp lstm = new RecurrentOp.Lstm(layer(3), layer(UNITS), Optional.empty(), scan);
    Graph.Builder graph = Graph.builder("lstm").input(Tensor.real("x", Shape.of(4, 3)));
    if (scan.resumed()) {
      graph.input(Tensor.real("state", Shape.of(2, UNITS)));
    }
    graph
        .node(
            "quantize",
            new ConvertOp.QuantizeDynamic(),
            List.of("x"),
            "c",
            new Tensor.DynamicCodes())
        .node("lstm", lstm, scan.resumed() ? List.of("c", "state") : List.of("c"), "all", real);
    if (scan.resumed()) {
      graph.node("keep", MoveOp.Steps.last(2), List.of("all"), "next", real).state("state", "next");
    }
    return graph.node("steps", MoveOp.Steps.allButLast(1), List.of("all"), "y", real).build("y");
  }

  private static Coefficients layer(int inputs) {
    byte[] codes = new byte[4 * UNITS * inputs];
    float[] scales = new float[4 * UNITS];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (i * 7);
      scales[i % scales.length] = 0.01f;
    }
    return new Coefficients.OfDynamicCodes(
        Weights.symmetric(codes, scales, IntRange.signed(8)), new Reals(new float[4 * UNITS]));
  }

  private static ModelProto model(Scan scan) throws Exception {
    return ModelProto.parseFrom(OnnxWriter.toBytes(graph(scan)));
  }

  private static String refusal(ModelProto model) {
    return Refusals.message(model.toByteArray());
  }

  /** What is left of a model when the nodes of one kind are changed, in bodies too. */
  private static ModelProto changed(ModelProto model, Consumer<NodeProto.Builder> change) {
    ModelProto.Builder changed = model.toBuilder();
    change(changed.getGraphBuilder(), change);
    return changed.build();
  }

  private static void change(GraphProto.Builder graph, Consumer<NodeProto.Builder> change) {
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      change.accept(node);
      node.getAttributeBuilderList().stream()
          .filter(AttributeProto.Builder::hasG)
          .forEach(attribute -> change(attribute.getGBuilder(), change));
    }
  }

  private static void replace(NodeProto.Builder node, String op, String by) {
    if (node.getOpType().equals(op)) {
      node.setOpType(by);
    }
  }

  @Test
  void model_asWritten_isRead() throws Exception {
    assertEquals(
        "LSTM",
        OnnxReader.read(model(Scan.FORWARD).toByteArray(), "m").nodes().get(1).op().onnxName());
  }

  @ParameterizedTest
  @CsvSource({"Sigmoid, Tanh", "Tanh, Sigmoid", "Unsqueeze, Squeeze", "Identity, Neg", "Add, Sub"})
  void read_ofOtherOperators_isRefused(String op, String by) throws Exception {
    ModelProto changed = changed(model(Scan.FORWARD), node -> replace(node, op, by));
    Refusals.assertStarts("m.onnx: node 'lstm' (Transpose): transposes codes", refusal(changed));
  }

  @Test
  void read_ofOperandsExchanged_isRefused() throws Exception {
    ModelProto changed =
        changed(
            model(Scan.FORWARD),
            node -> {
              if (node.getOpType().equals("Split") && node.getOutputCount() == 4) {
                String first = node.getOutput(0);
                node.setOutput(0, node.getOutput(1)).setOutput(1, first);
              }
            });
    Refusals.assertStarts("m.onnx: node 'lstm' (Transpose): transposes codes", refusal(changed));
  }

  @Test
  void read_ofAnInnerTensorAsOutput_isRefused() throws Exception {
    ModelProto model = model(Scan.FORWARD);
    ModelProto.Builder open = model.toBuilder();
    open.getGraphBuilder()
        .addOutput(model.getGraph().getOutput(0).toBuilder().setName("all/results"));
    Refusals.assertStarts(
        "m.onnx: node 'lstm' (Transpose): transposes codes", refusal(open.build()));
  }

  @ParameterizedTest
  @CsvSource({"lstm/units", "lstm/gates"})
  void read_ofOtherSizes_isRefused(String name) throws Exception {
    ModelProto.Builder model = model(Scan.FORWARD).toBuilder();
    for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
      if (tensor.getName().equals(name)) {
        byte[] bytes = tensor.getRawData().toByteArray();
        bytes[0]++;
        tensor.setRawData(ByteString.copyFrom(bytes));
      }
    }
    Refusals.assertStarts(
        "m.onnx: node 'lstm' (Transpose): its sizes '" + name + "' are not",
        refusal(model.build()));
  }

  @Test
  void read_ofWeightsOfOtherSizes_isRefused() throws Exception {
    ModelProto.Builder model = model(Scan.FORWARD).toBuilder();
    for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
      if (tensor.getName().equals("lstm/recurrent/weight")) {
        tensor.setDims(0, 4 * UNITS).setDims(1, UNITS);
      }
    }
    assertTrue(refusal(model.build()).contains("node 'lstm' (Transpose): "));
  }

  @Test
  void read_ofDeeplyNestedBodies_isAFormatError() throws Exception {
    GraphProto inner = GraphProto.getDefaultInstance();
    for (int i = 0; i < 300; i++) {
      AttributeProto body =
          AttributeProto.newBuilder()
              .setName("body")
              .setType(AttributeType.GRAPH)
              .setG(inner)
              .build();
      inner =
          GraphProto.newBuilder()
              .addNode(NodeProto.newBuilder().setOpType("Scan").addAttribute(body))
              .build();
    }
    GraphProto nested = inner;
    ModelProto model = model(Scan.FORWARD).toBuilder().setGraph(nested).build();
    Refusals.assertStarts(
        "m.onnx: is not an ONNX model, or is truncated or corrupt", refusal(model));
  }

  private static ModelProto declaring(String key, String value) throws Exception {
    ModelProto.Builder model = model(Scan.FORWARD.fromState()).toBuilder();
    for (StringStringEntryProto.Builder entry : model.getMetadataPropsBuilderList()) {
      if (entry.getKey().equals(key)) {
        entry.setValue(value);
      }
    }
    return model.build();
  }

  @Test
  void read_ofAWrittenState_keepsIt() throws Exception {
    Graph graph = graph(Scan.FORWARD.fromState());
    GraphEquality.assertEqual(graph, OnnxReader.read(OnnxWriter.toBytes(graph), "m"));
  }

  @Test
  void read_withoutTheNumberOfSteps_hasOneUntilItIsGivenOthers() throws Exception {
    ModelProto written = model(Scan.FORWARD);
    ModelProto bare =
        written.toBuilder()
            .clearMetadataProps()
            .addAllMetadataProps(
                written.getMetadataPropsList().stream()
                    .filter(entry -> !entry.getKey().equals("qat4j.steps"))
                    .toList())
            .build();
    Graph graph = OnnxReader.read(bare.toByteArray(), "m");
    assertEquals(Shape.of(1, 3), graph.inputs().get(0).shape());
    GraphEquality.assertEqual(graph(Scan.FORWARD), graph.withSteps(4));
  }

  @Test
  void read_withoutMetadata_hasTheStateAsInputAndOutput() throws Exception {
    ModelProto bare = model(Scan.FORWARD.fromState()).toBuilder().clearMetadataProps().build();
    Graph graph = OnnxReader.read(bare.toByteArray(), "m");
    assertEquals(List.of("x", "state"), graph.inputs().stream().map(Tensor::name).toList());
    assertEquals(List.of("y", "next"), graph.outputs().stream().map(Tensor::name).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "qat4j.state.state|no|m.onnx: metadata declare a state: there is no tensor 'no'",
        "qat4j.state.state|y|m.onnx: metadata declare a state: state 'state' is 2x2 of float32",
        "qat4j.outputs|0|m.onnx: metadata declare 0 outputs of 2, and states [next]",
        "qat4j.outputs|-3|m.onnx: metadata declare -1 outputs of 2, and states [next]",
        "qat4j.outputs|many|m.onnx: metadata declare -1 outputs of 2, and states [next]",
        "qat4j.steps|0|m.onnx: input 'x' has shape [N, T, 3] and 0 time steps",
        "qat4j.steps|4000000000|m.onnx: input 'x' has shape [N, T, 3] and 4000000000 time steps",
      })
  void read_ofMetadataThatCannotBe_isRefused(String key, String value, String reason)
      throws Exception {
    Refusals.assertStarts(reason, refusal(declaring(key, value)));
  }

  @Test
  void write_ofRecurrentWeightsOf16Bits_isRefused() {
    Weights wide =
        new Weights(
            new short[8 * UNITS * UNITS],
            new float[] {1, 1, 1, 1, 1, 1, 1, 1},
            new int[8],
            IntRange.signed(16));
    Coefficients layer = new Coefficients.OfDynamicCodes(wide, new Reals(new float[8]));
    Graph graph =
        Graph.builder("wide")
            .input(Tensor.real("x", Shape.of(4, wide.fanIn())))
            .node(
                "quantize",
                new ConvertOp.QuantizeDynamic(),
                List.of("x"),
                "c",
                new Tensor.DynamicCodes())
            .node(
                "lstm",
                new RecurrentOp.Lstm(layer, layer(UNITS), Optional.empty(), Scan.FORWARD),
                List.of("c"),
                "y",
                new Tensor.Real())
            .build("y");
    Refusals.assertStarts(
        "node 'lstm' has weights [-32768, 32767], but MatMulInteger multiplies 8-bit ones only",
        assertThrows(IllegalArgumentException.class, () -> OnnxWriter.toBytes(graph)).getMessage());
  }
}
