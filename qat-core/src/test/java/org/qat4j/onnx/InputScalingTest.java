package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.qat4j.graph.Graph;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Constants that scale the input before the first QuantizeLinear: exactly, and no float island. */
class InputScalingTest {
  private static final long[] SCALAR = {};
  private static final long[] CHANNEL = {3, 1, 1};
  private static final int BATCH = 3;

  /** Each computes {@code s} of the image {@code x}. */
  enum Scaling {
    MEAN_AND_DEVIATION {
      @Override
      void build(ModelBuilder model) {
        model
            .floats("mean", new long[] {1, 3, 1, 1}, 0.485f, 0.456f, 0.406f)
            .floats("std", CHANNEL, 0.229f, 0.224f, 0.225f)
            .node("Sub", List.of("x", "mean"), "c")
            .node("Div", List.of("c", "std"), "s");
      }
    },
    DIVIDED_BY_A_NUMBER {
      @Override
      void build(ModelBuilder model) {
        model.floats("c", SCALAR, 0.7f).node("Div", List.of("x", "c"), "s");
      }
    },
    MULTIPLIED_AND_SHIFTED {
      @Override
      void build(ModelBuilder model) {
        model
            .floats("c", new long[] {1}, 1.7f)
            .floats("b", CHANNEL, -0.1f, 0.2f, 0.3f)
            .node("Mul", List.of("c", "x"), "m")
            .node("Add", List.of("m", "b"), "s");
      }
    },
    SUBTRACTED_FROM_A_CONSTANT {
      @Override
      void build(ModelBuilder model) {
        model.floats("c", CHANNEL, 1f, 0.9f, 1.3f).node("Sub", List.of("c", "x"), "s");
      }
    };

    abstract void build(ModelBuilder model);
  }

  private static ModelBuilder model(Scaling scaling) {
    ModelBuilder model = new ModelBuilder().input("x", 0, 3, 5, 4);
    scaling.build(model);
    return model.qdq("s", 0.0117f, IntegerType.UINT8, 120).anyOutput("s_dq");
  }

  private static float[] images() {
    Random random = new Random(3);
    float[] images = new float[BATCH * 60];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat();
    }
    return images;
  }

  @ParameterizedTest
  @EnumSource(Scaling.class)
  void scaling_inFront_isExactlyThatOfOnnxRuntime(Scaling scaling)
      throws OnnxFormatException, OrtException {
    byte[] bytes = model(scaling).bytes();
    Graph graph = OnnxReader.read(bytes, "m.onnx");
    float[] theirs = OnnxRuntimeModel.realsAsWritten(bytes, graph.inputs().get(0), images(), BATCH);
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph))) {
      assertArrayEquals(theirs, session.run(images(), BATCH));
    }
    assertEquals(List.of(), graph.islands());
    GraphEquality.assertEqual(graph, OnnxReader.read(OnnxWriter.toBytes(graph), "again"));
    GraphEquality.assertEqual(graph, OnnxReader.readAllowingFloat(bytes, "m.onnx"));
  }

  @Test
  void cast_ofBytes_makesThemRealNumbersOfTheSameValue() throws OnnxFormatException {
    Graph graph =
        new ModelBuilder()
            .input("x", DataType.UINT8, 0, 3)
            .node("Cast", List.of("x"), "r", OnnxNodes.integer("to", 1))
            .floats("c", SCALAR, 255f)
            .node("Div", List.of("r", "c"), "s")
            .qdq("s", 1 / 127f)
            .anyOutput("s_q")
            .read();
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph))) {
      byte[] codes = new byte[3];
      session.run(new byte[] {0, 100, (byte) 255}, 1, codes);
      // 127 * 100 / 255 = 49.8
      assertArrayEquals(new byte[] {0, 50, 127}, codes);
    }
    assertEquals(List.of(), graph.islands());
    GraphEquality.assertEqual(graph, OnnxReader.read(OnnxWriter.toBytes(graph), "again"));
  }

  @Test
  void codesBehindOperationsThatMoveThem_haveTheScaleOfTheirDequantizeLinear()
      throws OnnxFormatException {
    Graph graph =
        new ModelBuilder()
            .input("x", DataType.INT8, 0, 2, 2, 2)
            .floats("s", SCALAR, 0.5f)
            .codes("z", IntegerType.INT8, SCALAR, 7)
            .node("MaxPool", List.of("x"), "p", OnnxNodes.integers("kernel_shape", 2, 2))
            .node("Flatten", List.of("p"), "f")
            .node("DequantizeLinear", List.of("f", "s", "z"), "y")
            .anyOutput("y")
            .read();
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph))) {
      byte[] images = {-128, -5, 3, 9, 1, 7, 2, -1};
      assertArrayEquals(new float[] {1, 0}, session.run(images, 1));
    }
  }

  @Test
  void island_behindTheFirstQuantizeLinear_isStillRefused() {
    String message =
        Refusals.message(
            Refusals.vector()
                .floats("c", SCALAR, 2f)
                .node("Div", List.of("x_dq", "c"), "d")
                .qdq("d", 0.5f)
                .anyOutput("d_dq"));
    assertEquals(
        "m.onnx: node 'div:d' (Div): would run in float; in front of the first QuantizeLinear, a"
            + " constant scales the input; or let 'div:d' (Div) run in float:"
            + " LoadOptions.ALLOW_FLOAT, --allow-float",
        message);
  }

  @Test
  void constant_ofAnotherShape_isRefused() {
    ModelBuilder model =
        new ModelBuilder()
            .input("x", 0, 3, 5, 4)
            .floats("c", new long[] {1, 1, 3, 1, 1}, 1, 2, 3)
            .node("Sub", List.of("x", "c"), "s")
            .qdq("s", 0.5f)
            .anyOutput("s_dq");
    assertEquals(
        "m.onnx: node 'sub:s' (Sub): constant 'c' has sizes [1, 1, 3, 1, 1], expected one number, or"
            + " one for each of 3 channels",
        Refusals.message(model));
  }

  @Test
  void quotient_ofAConstant_isRefused() {
    String message =
        Refusals.message(
            new ModelBuilder()
                .input("x", 0, 3)
                .floats("c", SCALAR, 2f)
                .node("Div", List.of("c", "x"), "d")
                .qdq("d", 0.5f)
                .anyOutput("d_dq"));
    assertTrue(
        message.startsWith("m.onnx: node 'div:d' (Div): divides a constant by an activation"),
        message);
  }

  /** As PyTorch writes it: scale and zero point are nodes, not initializers. */
  @Test
  void read_codesWhoseScaleIsAConstantNode_findsIt() throws OnnxFormatException {
    ModelBuilder model = new ModelBuilder().input("x", DataType.UINT8, 0, 3);
    constant(model, Initializers.floats("s", new long[0], 0.25f));
    constant(model, Initializers.codes("z", IntegerType.UINT8, new long[0], 7));
    model.node("DequantizeLinear", List.of("x", "s", "z"), "y").output("y", 0, 3);
    assertEquals(
        new QuantParams(0.25f, 7, IntRange.unsigned(8)), model.read().tensor("x").params());
  }

  private static void constant(ModelBuilder model, TensorProto value) {
    model.node(
        "Constant",
        List.of(),
        value.getName(),
        AttributeProto.newBuilder()
            .setName("value")
            .setType(AttributeProto.AttributeType.TENSOR)
            .setT(value)
            .build());
  }
}
