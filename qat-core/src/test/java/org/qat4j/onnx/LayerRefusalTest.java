package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.qat4j.onnx.Refusals.assertStarts;
import static org.qat4j.onnx.Refusals.message;
import static org.qat4j.onnx.Refusals.vector;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.write.OnnxWriter;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * Layers that cannot run in integers as they are connected, each refused with its name and reason.
 */
class LayerRefusalTest {
  private static final long[] SCALAR = {};

  @Test
  void conv_ofFloatInput_isRefused() {
    assertEquals(
        "m.onnx: node 'gemm:y' (Gemm): reads 'x', the model's float input, so it would run in float; its input must come"
            + " from a DequantizeLinear"
            + "; or let 'gemm:y' (Gemm) run in float: LoadOptions.ALLOW_FLOAT, --allow-float",
        message(
            vector()
                .weight("w", new long[] {3, 1}, 1f, 1, 2, 3)
                .node("Gemm", List.of("x", "w_dq"), "y")
                .output("y", 0, 1)));
  }

  @Test
  void conv_ofFloatWeights_isRefused() {
    assertEquals(
        "m.onnx: node 'gemm:y' (Gemm): its weights 'w' are a constant, so it would run in float; quantize them: constant"
            + " codes and a DequantizeLinear"
            + "; or let 'gemm:y' (Gemm) run in float: LoadOptions.ALLOW_FLOAT, --allow-float",
        message(
            vector()
                .floats("w", new long[] {3, 1}, 1, 2, 3)
                .node("Gemm", List.of("x_dq", "w"), "y")
                .output("y", 0, 1)));
  }

  @Test
  void layer_ofAnotherLayersFloatResult_isRefused() {
    assertEquals(
        "m.onnx: node 'gemm:y' (Gemm): reads 'h', the float result of node 'gemm:h' (Gemm), so it would run in float; put"
            + " a QuantizeLinear and a DequantizeLinear between them"
            + "; or let 'gemm:y' (Gemm) run in float: LoadOptions.ALLOW_FLOAT, --allow-float",
        message(
            vector()
                .weight("w", new long[] {3, 3}, 1f, 1, 2, 3, 4, 5, 6, 7, 8, 9)
                .node("Gemm", List.of("x_dq", "w_dq"), "h")
                .node("Gemm", List.of("h", "w_dq"), "y")
                .output("y", 0, 3)));
  }

  @Test
  void add_behindSoftmax_isRefusedAsFloat() {
    assertEquals(
        "m.onnx: node 'quantizelinear:s_q' (QuantizeLinear): its input 's' is a float result: between the first"
            + " QuantizeLinear and the last DequantizeLinear nothing may run in float"
            + "; or let 'softmax:s' (Softmax) run in float: LoadOptions.ALLOW_FLOAT, --allow-float",
        message(
            vector().node("Softmax", List.of("x_dq"), "s").qdq("s", 0.5f).output("s_dq", 0, 3)));
  }

  @Test
  void average_withoutQuantizeLinear_isRefused() {
    assertEquals(
        "m.onnx: node 'globalaveragepool:y' (GlobalAveragePool): 'y' is float behind node 'globalaveragepool:y'"
            + " (GlobalAveragePool), which would have to run in float; put a QuantizeLinear and a DequantizeLinear behind"
            + " it"
            + "; or let 'globalaveragepool:y' (GlobalAveragePool) run in float: LoadOptions.ALLOW_FLOAT, --allow-float",
        message(
            new ModelBuilder()
                .input("x", 0, 1, 4, 4)
                .qdq("x", 0.5f)
                .node("GlobalAveragePool", List.of("x_dq"), "y")
                .output("y", 0, 1, 1, 1)));
  }

  @Test
  void layer_usedAsFloatAndAsCodes_isRefused() {
    assertStarts(
        "m.onnx: node 'gemm:h' (Gemm): its float result is used in several ways",
        message(
            vector()
                .weight("w", new long[] {3, 3}, 1f, 1, 2, 3, 4, 5, 6, 7, 8, 9)
                .node("Gemm", List.of("x_dq", "w_dq"), "h")
                .node("Relu", List.of("h"), "r")
                .qdq("r", 0.5f)
                .output("r_dq", 0, 3)
                .output("h", 0, 3)
                .qdq("h", 0.25f)));
  }

  @Test
  void gemm_withAlpha_isRefused() {
    AttributeProto alpha =
        AttributeProto.newBuilder()
            .setName("alpha")
            .setType(AttributeType.FLOAT)
            .setF(0.5f)
            .build();
    assertEquals(
        "m.onnx: node 'gemm:y' (Gemm): has transA 0, alpha 0.5, beta 1.0; supported are transA 0, alpha 1 and beta 1, or"
            + " beta 0 for no bias",
        message(
            vector()
                .weight("w", new long[] {3, 1}, 1f, 1, 2, 3)
                .node("Gemm", List.of("x_dq", "w_dq"), "y", alpha)
                .output("y", 0, 1)));
  }

  @Test
  void attribute_ofWrongType_isRefused() {
    assertEquals(
        "m.onnx: node 'flatten:y' (Flatten): attribute 'axis' has type STRING, expected INT",
        message(
            vector()
                .node("Flatten", List.of("x_dq"), "y", OnnxNodes.text("axis", "1"))
                .output("y", 0, 3)));
  }

  @Test
  void weights_ofWrongSize_areRefusedByTheGraph() {
    assertEquals(
        "m.onnx: node 'gemm:y' (Gemm): 2 weights per output, but the input has shape 3",
        message(
            vector()
                .weight("w", new long[] {2, 2}, 1f, 1, 2, 3, 4)
                .node("Gemm", List.of("x_dq", "w_dq"), "y")
                .output("y", 0, 2)));
  }

  @Test
  void dequantizeLinear_withAnotherScale_isRefused() {
    assertEquals(
        "m.onnx: node 'dequantizelinear:y' (DequantizeLinear): reads 'x_q' with scale 0.25 and zero point 0, but it was"
            + " quantized with 0.5 and 0",
        message(
            vector()
                .floats("other", SCALAR, 0.25f)
                .node("DequantizeLinear", List.of("x_q", "other", "x_z"), "y")
                .output("y", 0, 3)));
  }

  @Test
  void scale_thatIsNotPositive_isRefused() {
    assertEquals(
        "m.onnx: node 'quantizelinear:x_q' (QuantizeLinear): scale must be finite and > 0, got NaN",
        message(new ModelBuilder().input("x", 0, 3).qdq("x", Float.NaN)));
  }

  @Test
  void biasBeyondInt32_isRefused() {
    assertStarts(
        "m.onnx: node 'gemm:y' (Gemm): its bias of output 0 is 1.9999999",
        message(
            vector()
                .weight("w", new long[] {3, 1}, 1e-30f, 1, 2, 3)
                .floats("b", new long[] {1}, 1f)
                .node("Gemm", List.of("x_dq", "w_dq", "b"), "y")
                .output("y", 0, 1)));
  }

  @Test
  void write_ofRequantizedRealResult_isRefused() {
    QuantParams params = new QuantParams(0.5f, 0, IntRange.unsigned(8));
    Graph graph =
        Graph.builder("g")
            .input(Tensor.real("x", Shape.of(3)))
            .node("q", new ConvertOp.Quantize(), List.of("x"), "c", new Tensor.Codes(params))
            .node("dq", new ConvertOp.Dequantize(), List.of("c"), "r", new Tensor.Real())
            .node("q2", new ConvertOp.Quantize(), List.of("r"), "c2", new Tensor.Codes(params))
            .build("c2");
    assertEquals(
        "node 'q2' quantizes the real result 'r' of another node: give that node codes as its output, or use Requantize",
        assertThrows(IllegalArgumentException.class, () -> OnnxWriter.toBytes(graph)).getMessage());
  }

  @Test
  void clip_betweenTwoCodes_isRefusedWithoutQuantizeLinear() {
    assertEquals(
        "m.onnx: node 'clip:c' (Clip): "
            + new Clip(0.3f, Float.POSITIVE_INFINITY)
            + " of dequantized codes ends between"
            + " two codes, so it would run in float; put a QuantizeLinear and a DequantizeLinear behind it"
            + "; or let 'clip:c' (Clip), 'gemm:y' (Gemm) run in float: LoadOptions.ALLOW_FLOAT, --allow-float",
        message(
            vector()
                .floats("min", SCALAR, 0.3f)
                .node("Clip", List.of("x_dq", "min"), "c")
                .weight("w", new long[] {3, 1}, 1f, 1, 2, 3)
                .node("Gemm", List.of("c", "w_dq"), "y")
                .output("y", 0, 1)));
  }

  @Test
  void dataTypeOfScales_mustBeFloat() {
    TensorProto half =
        TensorProto.newBuilder().setName("s").setDataType(DataType.FLOAT16.getNumber()).build();
    assertEquals(
        "m.onnx: tensor 's': data type FLOAT16 is not supported",
        message(
            new ModelBuilder()
                .input("x", 0, 3)
                .initializer(half)
                .node("QuantizeLinear", List.of("x", "s"), "q")));
  }
}
