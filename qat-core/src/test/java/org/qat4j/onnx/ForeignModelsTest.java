package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Window;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Patterns in which other quantizers connect the same operations. */
class ForeignModelsTest {
  private static final long[] SCALAR = {};
  private static final QuantParams HALF = new QuantParams(0.5f, 0, IntRange.unsigned(8));

  @Test
  void conv_withReluAndFloatBias_fusesAndQuantizesTheBias() throws OnnxFormatException {
    Graph graph =
        image()
            .weight("w", new long[] {2, 1, 1, 1}, 0, new float[] {0.25f, 0.125f}, 3, -128)
            .floats("b", new long[] {2}, 1f, -0.1f)
            .node("Conv", List.of("x_dq", "w_dq", "b"), "c")
            .node("Relu", List.of("c"), "y")
            .qdq("y", 0.5f)
            .output("y_dq", 0, 2, 4, 4)
            .read();
    assertEquals(List.of("QuantizeLinear", "Conv", "DequantizeLinear"), ops(graph));
    LinearOp.Conv conv = (LinearOp.Conv) graph.nodes().get(1).op();
    assertEquals("conv:c", graph.nodes().get(1).name());
    assertEquals(Clip.RELU, conv.clip());
    assertArrayEquals(new byte[] {3, -128}, conv.coefficients().codes().weights().codesOihw());
    assertEquals(IntRange.signed(8), conv.coefficients().codes().weights().range());
    // 1 / (0.5 * 0.25) and -0.1 / (0.5 * 0.125) = -1.6
    assertArrayEquals(new int[] {8, -2}, conv.coefficients().codes().bias().codes());
    assertEquals(Tensor.codes("y_q", Shape.of(2, 4, 4), HALF), graph.tensor("y_q"));
  }

  @Test
  void quantizeLinear_withoutZeroPoint_isUint8Zero() throws OnnxFormatException {
    Graph graph =
        new ModelBuilder()
            .input("x", 0, 3)
            .floats("s", SCALAR, 0.5f)
            .node("QuantizeLinear", List.of("x", "s"), "q")
            .node("DequantizeLinear", List.of("q", "s"), "y")
            .output("y", 0, 3)
            .read();
    assertEquals(HALF, graph.tensor("q").params());
  }

  @Test
  void maxPool_betweenConvAndQuantizeLinear_poolsTheCodes() throws OnnxFormatException {
    Graph graph =
        image()
            .weight("w", new long[] {1, 1, 1, 1}, 0.25f, 1)
            .node("Conv", List.of("x_dq", "w_dq"), "c")
            .node("Relu", List.of("c"), "r")
            .node(
                "MaxPool",
                List.of("r"),
                "p",
                OnnxNodes.integers("kernel_shape", 2, 2),
                OnnxNodes.integers("strides", 2, 2))
            .node("Flatten", List.of("p"), "y")
            .qdq("y", 0.5f)
            .output("y_dq", 0, 4)
            .read();
    assertEquals(
        List.of("QuantizeLinear", "Conv", "MaxPool", "Flatten", "DequantizeLinear"), ops(graph));
    assertEquals(Tensor.codes("y_q", Shape.of(4), HALF), graph.tensor("y_q"));
    assertEquals(Clip.RELU, ((LinearOp.Conv) graph.nodes().get(1).op()).clip());
  }

  @Test
  void maxPoolAndFlatten_ofCodes_keepTheirScale() throws OnnxFormatException {
    Graph graph =
        image()
            .node("MaxPool", List.of("x_q"), "p", OnnxNodes.integers("kernel_shape", 2, 2))
            .node("Flatten", List.of("p"), "f")
            .node("DequantizeLinear", List.of("f", "x_s", "x_z"), "y")
            .output("y", 0, 9)
            .read();
    assertEquals(List.of("QuantizeLinear", "MaxPool", "Flatten", "DequantizeLinear"), ops(graph));
    assertEquals(Tensor.codes("f", Shape.of(9), HALF), graph.tensor("f"));
  }

  @Test
  void result_quantizedTwiceAlike_isOneTensor() throws OnnxFormatException {
    Graph graph =
        image()
            .weight("w", new long[] {1, 1, 1, 1}, 0.25f, 1)
            .node("Conv", List.of("x_dq", "w_dq"), "c")
            .qdq("c", 0.5f)
            .node("QuantizeLinear", List.of("c", "c_s", "c_z"), "q2")
            .node("DequantizeLinear", List.of("q2", "c_s", "c_z"), "dq2")
            .node("Add", List.of("c_dq", "dq2"), "y")
            .qdq("y", 1f)
            .output("y_dq", 0, 1, 4, 4)
            .read();
    assertEquals(List.of("QuantizeLinear", "Conv", "Add", "DequantizeLinear"), ops(graph));
    assertEquals(List.of("c_q", "c_q"), graph.nodes().get(2).inputs());
  }

  @Test
  void codes_quantizedAgainAlike_areTheSameCodes() throws OnnxFormatException {
    Graph graph =
        image()
            .node("QuantizeLinear", List.of("x_dq", "x_s", "x_z"), "q2")
            .node("DequantizeLinear", List.of("q2", "x_s", "x_z"), "dq2")
            .node("GlobalAveragePool", List.of("dq2"), "y")
            .qdq("y", 0.25f)
            .output("y_dq", 0, 1, 1, 1)
            .read();
    assertEquals(List.of("QuantizeLinear", "GlobalAveragePool", "DequantizeLinear"), ops(graph));
  }

  @ParameterizedTest(name = "{0}, input {1}, kernel {2}, stride {3}")
  @CsvSource({
    "SAME_UPPER, 4, 2, 1, 0, 1",
    "SAME_LOWER, 4, 2, 1, 1, 0",
    "SAME_UPPER, 4, 3, 1, 1, 1",
    "SAME_UPPER, 5, 3, 2, 1, 1",
    "SAME_UPPER, 4, 3, 2, 0, 1",
    "SAME_LOWER, 4, 3, 2, 1, 0",
    "VALID, 4, 3, 2, 0, 0"
  })
  void autoPad_ofMaxPool_becomesExplicitPadding(
      String mode, int size, int kernel, int stride, int begin, int end)
      throws OnnxFormatException {
    Graph graph =
        new ModelBuilder()
            .input("x", 0, 1, size, size)
            .qdq("x", 0.5f)
            .node(
                "MaxPool",
                List.of("x_dq"),
                "y",
                OnnxNodes.integers("kernel_shape", kernel, kernel),
                OnnxNodes.integers("strides", stride, stride),
                OnnxNodes.text("auto_pad", mode))
            .qdq("y", 0.5f)
            .output("y_dq", 0, 1, 1, 1)
            .read();
    Window expected = new Window(kernel, kernel, stride, stride, begin, begin, end, end, 1, 1);
    assertEquals(expected, ((PoolOp.MaxPool) graph.nodes().get(1).op()).window());
  }

  @Test
  void maxPool_withCeilMode_isPaddedAtTheEnd() throws OnnxFormatException {
    Graph graph =
        new ModelBuilder()
            .input("x", 0, 1, 6, 6)
            .qdq("x", 0.5f)
            .node(
                "MaxPool",
                List.of("x_dq"),
                "y",
                OnnxNodes.integers("kernel_shape", 3, 3),
                OnnxNodes.integers("strides", 2, 2),
                OnnxNodes.integer("ceil_mode", 1))
            .qdq("y", 0.5f)
            .output("y_dq", 0, 1, 3, 3)
            .read();
    assertEquals(Shape.of(1, 3, 3), graph.tensor("y_q").shape());
  }

  @ParameterizedTest(name = "shape [{0}, {1}]")
  @CsvSource({"0, -1", "-1, 16", "1, -1", "0, 16"})
  void reshape_toOneVectorPerImage_isFlatten(long batch, long features) throws OnnxFormatException {
    Graph graph =
        image()
            .numbers("shape", batch, features)
            .node("Reshape", List.of("x_dq", "shape"), "y")
            .output("y", 0, 16)
            .read();
    assertEquals(Tensor.real("y", Shape.of(16)), graph.outputs().get(0));
  }

  @Test
  void reduceMean_overHeightAndWidthWithoutKeepingThem_isGlobalAveragePoolAndFlatten()
      throws OnnxFormatException {
    Graph graph =
        image()
            .node(
                "ReduceMean",
                List.of("x_dq"),
                "y",
                OnnxNodes.integers("axes", -1, -2),
                OnnxNodes.integer("keepdims", 0))
            .qdq("y", 0.5f)
            .output("y_dq", 0, 1)
            .read();
    assertEquals(
        List.of("QuantizeLinear", "GlobalAveragePool", "Flatten", "DequantizeLinear"), ops(graph));
  }

  @Test
  void input_ofUint8_hasTheScaleOfItsDequantizeLinear() throws OnnxFormatException {
    Graph graph =
        new ModelBuilder()
            .input("x", DataType.UINT8, 0, 3)
            .floats("s", SCALAR, 0.5f)
            .codes("z", IntegerType.UINT8, SCALAR, 7)
            .node("DequantizeLinear", List.of("x", "s", "z"), "y")
            .output("y", 0, 3)
            .read();
    Tensor expected =
        Tensor.codes("x", Shape.of(3), new QuantParams(0.5f, 7, IntRange.unsigned(8)));
    assertEquals(List.of(expected), graph.inputs());
    GraphEquality.assertEqual(graph, OnnxReader.read(OnnxWriter.toBytes(graph), "again"));
  }

  @Test
  void constants_asNodesIdentitiesAndListedInputs_areInitializers() throws OnnxFormatException {
    AttributeProto scale =
        AttributeProto.newBuilder()
            .setName("value")
            .setType(AttributeType.TENSOR)
            .setT(Initializers.floats("", SCALAR, 0.5f))
            .build();
    Graph graph =
        new ModelBuilder()
            .input("x", 1, 3)
            .input("z", DataType.UINT8)
            .codes("z", IntegerType.UINT8, SCALAR, 9)
            .node("Constant", List.of(), "c", scale)
            .node("Identity", List.of("c"), "s")
            .node("Dropout", List.of("x"), "d")
            .node("QuantizeLinear", List.of("d", "s", "z"), "q")
            .node("DequantizeLinear", List.of("q", "s", "z"), "y")
            .output("y", 1, 3)
            .read();
    assertEquals(new QuantParams(0.5f, 9, IntRange.unsigned(8)), graph.tensor("q").params());
    assertEquals(List.of(Tensor.real("x", Shape.of(3))), graph.inputs());
  }

  @Test
  void clip_ofCodesAroundTheZeroPoint_isTheirRange() throws OnnxFormatException {
    Graph graph = clippedCodes(8, 0, 15).read();
    assertEquals(new QuantParams(0.5f, 8, new IntRange(0, 15)), graph.tensor("c").params());
  }

  @Test
  void clip_ofCodesOfALayerBesideTheZeroPoint_isARealClip() throws OnnxFormatException {
    Graph graph =
        vector()
            .weight("w", new long[] {1, 3}, 0.1f, 1, 2, 3)
            .node("Gemm", List.of("x_dq", "w_dq"), "g", OnnxNodes.integer("transB", 1))
            .floats("s", SCALAR, 0.5f)
            .codes("z", IntegerType.UINT8, SCALAR, 3)
            .codes("min", IntegerType.UINT8, SCALAR, 5)
            .codes("max", IntegerType.UINT8, SCALAR, 15)
            .node("QuantizeLinear", List.of("g", "s", "z"), "q")
            .node("Clip", List.of("q", "min", "max"), "c")
            .node("DequantizeLinear", List.of("c", "s", "z"), "y")
            .output("y", 0, 1)
            .read();
    LinearOp.Dense dense = (LinearOp.Dense) graph.nodes().get(1).op();
    assertEquals(new Clip(1f, 6f), dense.clip());
    assertEquals(new IntRange(5, 15), dense.clip().codes(graph.tensor("c").params()));
  }

  private static ModelBuilder clippedCodes(int zeroPoint, int min, int max) {
    return new ModelBuilder()
        .input("x", 0, 3)
        .floats("s", SCALAR, 0.5f)
        .codes("z", IntegerType.UINT8, SCALAR, zeroPoint)
        .codes("min", IntegerType.UINT8, SCALAR, min)
        .codes("max", IntegerType.UINT8, SCALAR, max)
        .node("QuantizeLinear", List.of("x", "s", "z"), "q")
        .node("Clip", List.of("q", "min", "max"), "c")
        .node("DequantizeLinear", List.of("c", "s", "z"), "y")
        .output("y", 0, 3);
  }

  private static List<String> ops(Graph graph) {
    return graph.nodes().stream().map(node -> node.op().onnxName()).toList();
  }

  private static ModelBuilder image() {
    return new ModelBuilder().input("x", 0, 1, 4, 4).qdq("x", 0.5f);
  }

  private static ModelBuilder vector() {
    return new ModelBuilder().input("x", 0, 3).qdq("x", 0.5f);
  }
}
