package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.qat4j.onnx.Refusals.message;
import static org.qat4j.onnx.Refusals.vector;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;

/**
 * Files that are made to cost memory or time, to reach other files, or to contradict themselves.
 */
class HostileFileTest {
  private static final long[] SCALAR = {};

  @Test
  void externalData_ofAModelInMemory_isNotOpened() {
    TensorProto tensor =
        Initializers.floats("w", SCALAR, 1).toBuilder()
            .clearRawData()
            .setDataLocation(DataLocation.EXTERNAL)
            .addExternalData(
                StringStringEntryProto.newBuilder().setKey("location").setValue("/etc/passwd"))
            .build();
    assertEquals(
        "m.onnx: tensor 'w': its data is in another file, and a model in memory has none; read it from its file, or save it"
            + " as one file (external data off)",
        message(vector().initializer(tensor).output("x_dq", 0, 3)));
  }

  @Test
  void dimensionsBeyondTheData_areRefusedBeforeAnythingIsAllocated() {
    TensorProto tensor = Initializers.floats("w", new long[] {1 << 15, 1 << 15}, 1f);
    assertEquals(
        "m.onnx: tensor 'w': its dimensions ask for 4294967296 bytes, but it holds 4",
        message(vector().initializer(tensor).output("x_dq", 0, 3)));
  }

  @Test
  void dimensionsWhoseProductOverflows_areRefused() {
    TensorProto tensor = Initializers.floats("w", new long[] {1L << 31, 1L << 31, 4}, 1f);
    assertEquals(
        "m.onnx: tensor 'w': dimension 0 is 2147483648", message(vector().initializer(tensor)));
    TensorProto product = Initializers.floats("w", new long[] {65536, 65536, 65536, 65536, 4}, 1f);
    assertEquals(
        "m.onnx: tensor 'w': dimensions [65536, 65536, 65536, 65536, 4] are too large",
        message(vector().initializer(product)));
  }

  @Test
  void imageBeyondTheLimit_isRefused() {
    assertEquals(
        "m.onnx: input 'x' has shape [batch, 1000, 1000, 1000], more than 134217728 elements",
        message(new ModelBuilder().input("x", 0, 1000, 1000, 1000).qdq("x", 1f)));
  }

  @Test
  void longChainOfConstants_isRefusedBeforeTheStackOverflows() {
    ModelBuilder model = vector().codes("w0", IntegerType.INT8, new long[] {3, 1}, 1, 2, 3);
    for (int i = 0; i < 90_000; i++) {
      model.node("Clip", List.of("w" + i), "w" + (i + 1));
    }
    assertEquals(
        "m.onnx: node 'clip:w9' (Clip): is behind 8 other operations on constant 'w0'",
        message(model.output("x_dq", 0, 3)));
  }

  @Test
  void longChainOfPooling_isRefused() {
    ModelBuilder model = vector();
    String last = "x_dq";
    for (int i = 0; i < 90_000; i++) {
      model.node("Relu", List.of(last), "r" + i);
      last = "r" + i;
    }
    assertEquals("m.onnx: output 'y' is produced by no node", message(model.output("y", 0, 3)));
    ModelBuilder images = new ModelBuilder().input("p0", 0, 1, 4, 4).qdq("p0", 1f);
    images.node("MaxPool", List.of("p0_dq"), "p1", OnnxNodes.integers("kernel_shape", 1, 1));
    for (int i = 1; i < 20; i++) {
      images.node(
          "MaxPool", List.of("p" + i), "p" + (i + 1), OnnxNodes.integers("kernel_shape", 1, 1));
    }
    assertEquals(
        "m.onnx: node 'maxpool:p17' (MaxPool): follows 16 poolings and reshapings without a QuantizeLinear",
        message(images.output("p20", 0, 1, 4, 4)));
  }

  @Test
  void weightsThatManyNodesTurnToo_areRefusedBeyondTheBudget() {
    int[] codes = new int[3 * 40_000];
    ModelBuilder model =
        vector()
            .codes("w", IntegerType.INT8, new long[] {3, 40_000}, codes)
            .floats("s", SCALAR, 1f);
    for (int i = 0; i < 100; i++) {
      model.node("DequantizeLinear", List.of("w", "s"), "w" + i);
      model.node("MatMul", List.of("x_dq", "w" + i), "y" + i).output("y" + i, 0, 40_000);
    }
    byte[] bytes = model.bytes();
    assertEquals(
        "m.onnx: node 'matmul:y8' (MatMul): the model decodes to more than "
            + ((1 << 20) + 8 * bytes.length)
            + " numbers, too many for a file of "
            + bytes.length
            + " bytes",
        message(bytes));
  }

  @Test
  void smallWeightsUsedByManyNodes_areDecodedOnce() throws OnnxFormatException {
    ModelBuilder model = vector().weight("w", new long[] {3, 3}, 1f, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    for (String output : List.of("a", "b")) {
      model
          .node("MatMul", List.of("x_dq", "w_dq"), output)
          .qdq(output, 1f)
          .output(output + "_dq", 0, 3);
    }
    Graph graph = model.read();
    LinearOp.Dense first = (LinearOp.Dense) graph.nodes().get(1).op();
    LinearOp.Dense second = (LinearOp.Dense) graph.nodes().get(3).op();
    assertEquals(
        List.of(true, "b_q"),
        List.of(
            first.coefficients().codes().weights() == second.coefficients().codes().weights(),
            graph.nodes().get(3).output()));
  }

  @Test
  void metadata_thatContradictTheNodes_areRefused() {
    ModelBuilder model = vector().output("x_dq", 0, 3);
    model
        .model()
        .addMetadataProps(
            StringStringEntryProto.newBuilder().setKey("qat4j.range.x_q").setValue("0 15"));
    assertEquals(
        "m.onnx: node 'quantizelinear:x_q' (QuantizeLinear): metadata declare QuantParams[scale=0.5, zeroPoint=0,"
            + " range=[0, 15]] with clip none, which leaves codes [0, 15], but the nodes leave [0, 255]",
        message(model));
  }

  @Test
  void metadata_thatAreMalformed_areRefused() {
    ModelBuilder model = vector().output("x_dq", 0, 3);
    model
        .model()
        .addMetadataProps(
            StringStringEntryProto.newBuilder().setKey("qat4j.range.x_q").setValue("15 0"));
    assertEquals(
        "m.onnx: node 'quantizelinear:x_q' (QuantizeLinear): metadata 'qat4j.range.x_q' is '15 0', expected two numbers,"
            + " the smaller one first",
        message(model));
  }

  @Test
  void sparseInitializers_areRefused() {
    ModelBuilder model = vector().output("x_dq", 0, 3);
    model.graph().addSparseInitializerBuilder();
    assertEquals(
        "m.onnx: has sparse initializers, which are not supported; save them dense",
        message(model));
  }

  @Test
  void subgraph_inAnAttribute_isNotFollowed() {
    AttributeProto branch =
        AttributeProto.newBuilder()
            .setName("then_branch")
            .setType(AttributeType.GRAPH)
            .setG(GraphProto.getDefaultInstance())
            .build();
    assertEquals(
        "m.onnx: node 'if:y' (If): is control flow, which is not supported; export the model for one fixed path,"
            + " or recurrent layers in the form of docs/onnx.md",
        message(vector().node("If", List.of("x_dq"), "y", branch).output("y", 0, 3)));
  }
}
