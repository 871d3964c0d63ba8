package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Files that are refused, each with the place, the reason and what to do. */
class OnnxRefusalTest {
  private static final long[] SCALAR = {};

  @Test
  void read_ofMissingFile_isNotAFormatError(@TempDir Path folder) {
    Path file = folder.resolve("none.onnx");
    assertEquals(
        file.toString(),
        assertThrows(NoSuchFileException.class, () -> OnnxReader.read(file)).getMessage());
  }

  @Test
  void read_ofOtherFile_saysThatItIsNoModel(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("readme.onnx");
    Files.writeString(file, "This is not a model.");
    String message =
        assertThrows(OnnxFormatException.class, () -> OnnxReader.read(file)).getMessage();
    assertStarts(file + ": is not an ONNX model, or is truncated or corrupt (", message);
  }

  @Test
  void read_ofNothing_saysThatThereAreNoNodes() {
    assertEquals(
        "m.onnx: is not an ONNX model, or is truncated: it has no nodes", message(new byte[0]));
  }

  @Test
  void read_ofTruncatedFile_saysSo() {
    byte[] bytes = OnnxWriter.toBytes(RandomGraphs.draw(1, RandomGraphs.Kind.PORTABLE));
    assertStarts(
        "m.onnx: is not an ONNX model, or is truncated or corrupt (",
        message(Arrays.copyOf(bytes, bytes.length / 2)));
  }

  @Test
  void read_ofFloatModel_saysThatItIsNotQuantized() {
    assertEquals(
        "m.onnx: model is not quantized: none of its 1 nodes is a QuantizeLinear or DequantizeLinear; quantize it to QDQ"
            + " format first",
        message(
            new ModelBuilder().input("x", 0, 3).node("Relu", List.of("x"), "y").output("y", 0, 3)));
  }

  @Test
  void read_ofQOperatorFormat_asksForQdq() {
    assertEquals(
        "m.onnx: node 'qlinearconv:y' (QLinearConv): is in QOperator format; export the model in QDQ format"
            + " (QuantizeLinear and DequantizeLinear nodes)",
        message(
            new ModelBuilder()
                .input("x", 0, 3)
                .node("QLinearConv", List.of("x"), "y")
                .output("y", 0, 3)));
  }

  @ParameterizedTest(name = "opset {0}")
  @CsvSource({"0", "12", "22"})
  void read_ofOtherOpset_namesTheSupportedOnes(long opset) {
    assertEquals(
        "m.onnx: uses opset "
            + opset
            + ", expected 13 to 21; export it with one of those, or convert it with"
            + " onnx.version_converter",
        message(vector().opset(opset).output("x_dq", 0, 3)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Loop|is control flow, which is not supported; export the model for one fixed path",
        "BatchNormalization|would run in float; fold it into the convolution before it, then quantize",
        "Shape|computes with shapes; export with fixed sizes behind the batch dimension and simplify constant parts",
        "DynamicQuantizeLinear|quantizes dynamically; export with static quantization in QDQ format",
      })
  void read_ofOperatorOutsideTheSet_namesNodeAndReason(String op, String reason) {
    ModelBuilder model = vector().node(op, List.of("x_dq"), "y").output("y", 0, 3);
    assertEquals(
        "m.onnx: node '" + op.toLowerCase(java.util.Locale.ROOT) + ":y' (" + op + "): " + reason,
        message(model));
  }

  @Test
  void read_ofUnknownOperator_listsTheSupportedOnes() {
    assertStarts(
        "m.onnx: node 'sin:y' (Sin): cannot run in integers here; supported operators: Add, AveragePool, Clip,",
        message(vector().node("Sin", List.of("x_dq"), "y").output("y", 0, 3)));
  }

  @Test
  void read_ofForeignDomain_namesIt() {
    assertEquals(
        "m.onnx: node 'n' (Conv): belongs to domain 'acme', which is not supported; export with standard operators",
        message(
            vector()
                .node(OnnxNodes.node("Conv", "n", "y", "x_dq").setDomain("acme"))
                .output("y", 0, 3)));
  }

  @Test
  void conv_ofFloatInput_isRefused() {
    assertEquals(
        "m.onnx: node 'gemm:y' (Gemm): reads 'x', the model's float input, so it would run in float; its input must come"
            + " from a DequantizeLinear",
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
            + " codes and a DequantizeLinear",
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
            + " a QuantizeLinear and a DequantizeLinear between them",
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
            + " QuantizeLinear and the last DequantizeLinear nothing may run in float",
        message(
            vector().node("Softmax", List.of("x_dq"), "s").qdq("s", 0.5f).output("s_dq", 0, 3)));
  }

  @Test
  void average_withoutQuantizeLinear_isRefused() {
    assertEquals(
        "m.onnx: node 'globalaveragepool:y' (GlobalAveragePool): 'y' is float behind node 'globalaveragepool:y'"
            + " (GlobalAveragePool), which would have to run in float; put a QuantizeLinear and a DequantizeLinear behind"
            + " it",
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
  void externalData_isNeverOpened() {
    TensorProto tensor =
        Initializers.floats("w", SCALAR, 1).toBuilder()
            .clearRawData()
            .setDataLocation(DataLocation.EXTERNAL)
            .addExternalData(
                StringStringEntryProto.newBuilder().setKey("location").setValue("/etc/passwd"))
            .build();
    assertEquals(
        "m.onnx: tensor 'w': its data is in another file, which is never opened; save the model as one file (external"
            + " data off)",
        message(vector().initializer(tensor).output("x_dq", 0, 3)));
  }

  @Test
  void missingInitializer_isNamed() {
    assertEquals(
        "m.onnx: node 'gemm:y' (Gemm): input 'w' is neither an initializer, nor a model input, nor computed by a node",
        message(vector().node("Gemm", List.of("x_dq", "w"), "y").output("y", 0, 3)));
  }

  @Test
  void nodesOutOfOrder_areRefused() {
    assertEquals(
        "m.onnx: node 'quantizelinear:q' (QuantizeLinear): input 'r' is used before the node that computes it; nodes must"
            + " be sorted",
        message(
            vector()
                .node("QuantizeLinear", List.of("r", "x_s"), "q")
                .node("Relu", List.of("x_dq"), "r")
                .output("q", 0, 3)));
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
    ModelBuilder model = vector().codes("w0", Storage.INT8, new long[] {3, 1}, 1, 2, 3);
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
        vector().codes("w", Storage.INT8, new long[] {3, 40_000}, codes).floats("s", SCALAR, 1f);
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
    Op.Dense first = (Op.Dense) graph.nodes().get(1).op();
    Op.Dense second = (Op.Dense) graph.nodes().get(3).op();
    assertEquals(
        List.of(true, "b_q"),
        List.of(first.weights() == second.weights(), graph.nodes().get(3).output()));
  }

  @ParameterizedTest(name = "dimensions {0}x{1}x{2}")
  @CsvSource({"3, 4, 0, '[batch, 3, 4]'", "0, 0, 0, '[batch, batch, batch]'"})
  void input_ofOtherRank_isRefused(long a, long b, long c, String shape) {
    long[] dims = c == 0 ? new long[] {0, a, b} : new long[] {0, a, b, c};
    assertEquals(
        "m.onnx: input 'x' has shape "
            + shape
            + ", expected [N, channels, height, width] or [N, features]",
        message(new ModelBuilder().input("x", dims).qdq("x", 1f)));
  }

  @Test
  void input_ofVariableHeight_isRefused() {
    assertEquals(
        "m.onnx: input 'x' has shape [batch, 3, batch, 8]: only the first dimension, the batch, may be variable; export"
            + " the model with a fixed image size",
        message(new ModelBuilder().input("x", 0, 3, 0, 8).qdq("x", 1f)));
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
                .node("Flatten", List.of("x_dq"), "y", ForeignModelsTest.text("axis", "1"))
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
  void sparseInitializers_areRefused() {
    ModelBuilder model = vector().output("x_dq", 0, 3);
    model.graph().addSparseInitializerBuilder();
    assertEquals(
        "m.onnx: has sparse initializers, which are not supported; save them dense",
        message(model));
  }

  @Test
  void tensorDefinedTwice_isRefused() {
    assertEquals(
        "m.onnx: node 'quantizelinear:x_q' (QuantizeLinear): two tensors are named 'x_q'",
        message(vector().node("QuantizeLinear", List.of("x", "x_s"), "x_q").output("x_dq", 0, 3)));
  }

  @Test
  void output_thatNoNodeProduces_isRefused() {
    assertEquals("m.onnx: output 'y' is produced by no node", message(vector().output("y", 0, 3)));
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
        "m.onnx: node 'if:y' (If): is control flow, which is not supported; export the model for one fixed path",
        message(vector().node("If", List.of("x_dq"), "y", branch).output("y", 0, 3)));
  }

  @Test
  void write_ofRequantizedRealResult_isRefused() {
    QuantParams params = new QuantParams(0.5f, 0, IntRange.unsigned(8));
    Graph graph =
        Graph.builder("g")
            .input(Tensor.real("x", Shape.of(3)))
            .node("q", new Op.Quantize(), List.of("x"), "c", new Tensor.Codes(params))
            .node("dq", new Op.Dequantize(), List.of("c"), "r", new Tensor.Real())
            .node("q2", new Op.Quantize(), List.of("r"), "c2", new Tensor.Codes(params))
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
            + " two codes, so it would run in float; put a QuantizeLinear and a DequantizeLinear behind it",
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

  @Test
  void opsetOfOtherDomains_isIgnored() throws OnnxFormatException {
    ModelBuilder model = vector().output("x_dq", 0, 3);
    byte[] bytes =
        model
            .model()
            .addOpsetImport(
                0, OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1))
            .build()
            .toByteArray();
    assertEquals(2, OnnxReader.read(bytes, "m.onnx").nodes().size());
  }

  private static void assertStarts(String expected, String actual) {
    assertEquals(expected, actual.substring(0, Math.min(expected.length(), actual.length())));
  }

  private static String message(ModelBuilder model) {
    return message(model.bytes());
  }

  private static String message(byte[] bytes) {
    return assertThrows(OnnxFormatException.class, () -> OnnxReader.read(bytes, "m.onnx"))
        .getMessage();
  }

  private static ModelBuilder vector() {
    return new ModelBuilder().input("x", 0, 3).qdq("x", 0.5f);
  }
}
