package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** How other quantizers write weights, biases and dense layers. */
class ForeignLayersTest {
  private static final long[] SCALAR = {};

  @Test
  void bias_withAnotherScale_isBroughtToAccumulatorUnits() throws OnnxFormatException {
    Graph graph =
        image()
            .weight("w", new long[] {1, 1, 1, 1}, 0.25f, 1)
            .codes("b", IntegerType.INT32, new long[] {1}, 10)
            .floats("b_s", SCALAR, 0.5f)
            .node("DequantizeLinear", List.of("b", "b_s"), "b_dq")
            .node("Conv", List.of("x_dq", "w_dq", "b_dq"), "y")
            .qdq("y", 0.5f)
            .output("y_dq", 0, 1, 4, 4)
            .read();
    assertArrayEquals(
        new int[] {40},
        ((LinearOp.Conv) graph.nodes().get(1).op()).coefficients().codes().bias().codes());
  }

  @Test
  void weights_ofUint8_becomeInt8WithShiftedZeroPoint() throws OnnxFormatException {
    Graph graph =
        vector()
            .codes("w", IntegerType.UINT8, new long[] {1, 3}, 0, 130, 255)
            .floats("w_s", SCALAR, 0.1f)
            .codes("w_z", IntegerType.UINT8, SCALAR, 130)
            .node("DequantizeLinear", List.of("w", "w_s", "w_z"), "w_dq")
            .node("Gemm", List.of("x_dq", "w_dq"), "y", OnnxNodes.integer("transB", 1))
            .output("y", 0, 1)
            .read();
    LinearOp.Dense dense = (LinearOp.Dense) graph.nodes().get(1).op();
    assertArrayEquals(
        new byte[] {-128, 2, 127}, dense.coefficients().codes().weights().codesOihw());
    assertArrayEquals(new int[] {2}, dense.coefficients().codes().weights().zeroPoints());
    assertEquals(new Tensor.Real(), graph.outputs().get(0).type());
  }

  @Test
  void weights_withOneScale_haveItInEveryChannel() throws OnnxFormatException {
    Graph graph =
        vector()
            .weight("w", new long[] {2, 3}, 0.1f, 1, 2, 3, 4, 5, 6)
            .node("Gemm", List.of("x_dq", "w_dq"), "y", OnnxNodes.integer("transB", 1))
            .output("y", 0, 2)
            .read();
    LinearOp.Dense dense = (LinearOp.Dense) graph.nodes().get(1).op();
    assertArrayEquals(new float[] {0.1f, 0.1f}, dense.coefficients().codes().weights().scales());
    assertEquals(IntRange.signedNarrow(8), dense.coefficients().codes().weights().range());
  }

  @Test
  void gemm_withoutTransB_turnsTheWeightsAndTheirChannels() throws OnnxFormatException {
    Graph graph =
        vector()
            .weight("w", new long[] {3, 2}, 1, new float[] {0.1f, 0.2f}, 1, 2, 3, 4, 5, 6)
            .node("Gemm", List.of("x_dq", "w_dq"), "y")
            .output("y", 0, 2)
            .read();
    assertTurned((LinearOp.Dense) graph.nodes().get(1).op());
  }

  @Test
  void matMul_withBiasAsAddAndRelu_isOneDenseLayer() throws OnnxFormatException {
    Graph graph =
        vector()
            .weight("w", new long[] {3, 2}, 1, new float[] {0.1f, 0.2f}, 1, 2, 3, 4, 5, 6)
            .floats("b", new long[] {2}, 0.5f, 1f)
            .node("MatMul", List.of("x_dq", "w_dq"), "m")
            .node("Add", List.of("b", "m"), "a")
            .node("Relu", List.of("a"), "y")
            .qdq("y", 0.5f)
            .output("y_dq", 0, 2)
            .read();
    LinearOp.Dense dense = (LinearOp.Dense) graph.nodes().get(1).op();
    assertTurned(dense);
    assertEquals(Clip.RELU, dense.clip());
    assertArrayEquals(new int[] {10, 10}, dense.coefficients().codes().bias().codes());
  }

  @Test
  void weights_transposedByANode_areTurned() throws OnnxFormatException {
    Graph graph =
        vector()
            .weight("w", new long[] {2, 3}, 0, new float[] {0.1f, 0.2f}, 1, 3, 5, 2, 4, 6)
            .node("Transpose", List.of("w_dq"), "wt", OnnxNodes.integers("perm", 1, 0))
            .node("MatMul", List.of("x_dq", "wt"), "y")
            .output("y", 0, 2)
            .read();
    assertTurned((LinearOp.Dense) graph.nodes().get(1).op());
  }

  @Test
  void weights_ofFloatBehindQuantizeLinearAndClip_areQuantizedAsThere() throws OnnxFormatException {
    Graph graph =
        vector()
            .floats("w", new long[] {1, 3}, 0.25f, -4f, 0.75f)
            .floats("w_s", SCALAR, 0.5f)
            .codes("w_z", IntegerType.INT8, SCALAR, 0)
            .codes("w_min", IntegerType.INT8, SCALAR, -7)
            .codes("w_max", IntegerType.INT8, SCALAR, 7)
            .node("QuantizeLinear", List.of("w", "w_s", "w_z"), "w_q")
            .node("Clip", List.of("w_q", "w_min", "w_max"), "w_c")
            .node("DequantizeLinear", List.of("w_c", "w_s", "w_z"), "w_dq")
            .node("Gemm", List.of("x_dq", "w_dq"), "y", OnnxNodes.integer("transB", 1))
            .output("y", 0, 1)
            .read();
    // 0.5 and 1.5 are ties: half to even
    assertArrayEquals(
        new byte[] {0, -7, 2},
        ((LinearOp.Dense) graph.nodes().get(1).op()).coefficients().codes().weights().codesOihw());
  }

  @Test
  void weights_ofInt4_areUnpacked() throws OnnxFormatException {
    Graph graph =
        vector()
            .opset(21)
            .int4("w", new long[] {1, 3}, -8, 7, -1)
            .floats("w_s", SCALAR, 0.5f)
            .node("DequantizeLinear", List.of("w", "w_s"), "w_dq")
            .node("Gemm", List.of("x_dq", "w_dq"), "y", OnnxNodes.integer("transB", 1))
            .output("y", 0, 1)
            .read();
    LinearOp.Dense dense = (LinearOp.Dense) graph.nodes().get(1).op();
    assertArrayEquals(new byte[] {-8, 7, -1}, dense.coefficients().codes().weights().codesOihw());
    assertEquals(IntRange.signed(4), dense.coefficients().codes().weights().range());
  }

  @Test
  void activations_of16Bits_keepTheirRange() throws OnnxFormatException {
    Graph graph =
        new ModelBuilder()
            .opset(21)
            .input("x", 0, 3)
            .qdq("x", 0.001f, IntegerType.INT16, -5)
            .output("x_dq", 0, 3)
            .read();
    assertEquals(new QuantParams(0.001f, -5, IntRange.signed(16)), graph.tensor("x_q").params());
    GraphEquality.assertEqual(graph, OnnxReader.read(OnnxWriter.toBytes(graph), "again"));
  }

  private static void assertTurned(LinearOp.Dense dense) {
    assertArrayEquals(
        new byte[] {1, 3, 5, 2, 4, 6}, dense.coefficients().codes().weights().codesOihw());
    assertArrayEquals(new float[] {0.1f, 0.2f}, dense.coefficients().codes().weights().scales());
  }

  private static ModelBuilder image() {
    return new ModelBuilder().input("x", 0, 1, 4, 4).qdq("x", 0.5f);
  }

  private static ModelBuilder vector() {
    return new ModelBuilder().input("x", 0, 3).qdq("x", 0.5f);
  }
}
