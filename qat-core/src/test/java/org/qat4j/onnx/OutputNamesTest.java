package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.qat4j.graph.Graph;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;

/** Outputs have the names that the file gives them, whatever else their tensors are called. */
class OutputNamesTest {
  private static final long[] SCALAR = {};
  private static final float[] IMAGES = {0.2f, 1.6f, 3f, 0.9f, 2.2f, 1.1f};

  /** Ways to name outputs. */
  enum Naming {
    IDENTITY_OF_A_REAL_RESULT("out") {
      @Override
      void build(ModelBuilder model) {
        model.node("Identity", List.of("y_dq"), "out");
      }
    },
    IDENTITY_OF_A_LAYER("out") {
      @Override
      void build(ModelBuilder model) {
        model.node("MatMul", List.of("y_dq", "w_dq"), "z").node("Identity", List.of("z"), "out");
      }
    },
    DROPOUT("out") {
      @Override
      void build(ModelBuilder model) {
        model.node("Softmax", List.of("y_dq"), "s").node("Dropout", List.of("s"), "out");
      }
    },
    FLATTEN_OF_A_VECTOR("out") {
      @Override
      void build(ModelBuilder model) {
        model.node("Flatten", List.of("y_dq"), "out");
      }
    },
    ONE_RESULT_WITH_THREE_NAMES("a s b") {
      @Override
      void build(ModelBuilder model) {
        model
            .node("Softmax", List.of("y_dq"), "s")
            .node("Identity", List.of("s"), "a")
            .node("Identity", List.of("a"), "b");
      }
    },
    READ_BY_OTHER_NODES_TOO("out p") {
      @Override
      void build(ModelBuilder model) {
        model
            .node("Identity", List.of("y_dq"), "out")
            .node("MatMul", List.of("out", "w_dq"), "z")
            .node("Softmax", List.of("z"), "p");
      }
    },
    AN_INPUT("x out y_dq") {
      @Override
      void build(ModelBuilder model) {
        model.node("Identity", List.of("x"), "out");
      }
    },
    TWO_EQUAL_PAIRS("y_dq out") {
      @Override
      void build(ModelBuilder model) {
        model
            .node("QuantizeLinear", List.of("y_dq", "y_s", "y_z"), "q")
            .node("DequantizeLinear", List.of("q", "y_s", "y_z"), "out");
      }
    };

    private final String outputs;

    Naming(String outputs) {
      this.outputs = outputs;
    }

    List<String> outputs() {
      return List.of(outputs.split(" "));
    }

    abstract void build(ModelBuilder model);
  }

  private static byte[] model(Naming naming) {
    ModelBuilder model =
        new ModelBuilder()
            .input("x", 0, 3)
            .qdq("x", 0.0371f)
            .weight("w", new long[] {3, 3}, 0.0113f, 3, -50, 77, 100, 21, -9, 8, 40, 60)
            .node("MatMul", List.of("x_dq", "w_dq"), "y")
            .qdq("y", 0.0291f, IntegerType.UINT8, 90);
    naming.build(model);
    naming.outputs().forEach(model::anyOutput);
    return model.bytes();
  }

  @ParameterizedTest
  @EnumSource(Naming.class)
  void outputs_haveTheNamesOfTheFile(Naming naming) throws OnnxFormatException, OrtException {
    byte[] bytes = model(naming);
    Graph graph = OnnxReader.read(bytes, "m.onnx");
    assertEquals(naming.outputs(), graph.outputs().stream().map(Tensor::name).toList());
    Map<String, float[]> theirs = OnnxRuntimeModel.results(bytes, graph, IMAGES, 2);
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph))) {
      Map<String, float[]> ours = session.run(Map.of("x", IMAGES), 2);
      assertEquals(naming.outputs(), List.copyOf(ours.keySet()));
      naming
          .outputs()
          .forEach(name -> assertArrayEquals(theirs.get(name), ours.get(name), 1e-6f, name));
    }
  }

  @ParameterizedTest
  @EnumSource(Naming.class)
  void read_ofTheWrittenGraph_givesTheSameGraph(Naming naming) throws OnnxFormatException {
    Graph graph = OnnxReader.read(model(naming), "m.onnx");
    GraphEquality.assertEqual(graph, OnnxReader.read(OnnxWriter.toBytes(graph), "again"));
  }

  @Test
  void codes_asOutputsUnderTwoNames_areBoth() throws OnnxFormatException {
    Graph graph =
        new ModelBuilder()
            .input("x", 0, 3)
            .qdq("x", 0.5f)
            .node("Identity", List.of("x_q"), "codes")
            .floats("s", SCALAR, 0.5f)
            .node("QuantizeLinear", List.of("x_dq", "s", "x_z"), "again")
            .anyOutput("x_q")
            .anyOutput("codes")
            .anyOutput("again")
            .read();
    assertEquals(
        List.of("x_q", "codes", "again"), graph.outputs().stream().map(Tensor::name).toList());
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph))) {
      Map<String, byte[]> results =
          Map.of("x_q", new byte[3], "codes", new byte[3], "again", new byte[3]);
      session.run(Map.of("x", new float[] {0.5f, 99, 127.5f}), 1, results);
      results.values().forEach(r -> assertArrayEquals(new byte[] {1, (byte) 198, -1}, r));
    }
    GraphEquality.assertEqual(graph, OnnxReader.read(OnnxWriter.toBytes(graph), "again"));
  }

  @Test
  void identity_betweenOtherNodes_vanishes() throws OnnxFormatException {
    Graph graph =
        new ModelBuilder()
            .input("x", 0, 3)
            .qdq("x", 0.5f)
            .node("Identity", List.of("x_dq"), "i")
            .node("Softmax", List.of("i"), "y")
            .anyOutput("y")
            .read();
    assertEquals(
        0, graph.nodes().stream().filter(node -> node.op() instanceof MoveOp.Identity).count());
  }

  @Test
  void output_thatIsListedTwice_isRefused() {
    assertEquals(
        "m.onnx: output 'x_dq' is listed twice",
        Refusals.message(Refusals.vector().anyOutput("x_dq").anyOutput("x_dq")));
  }
}
