package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.qat4j.onnx.Refusals.assertStarts;
import static org.qat4j.onnx.Refusals.message;
import static org.qat4j.onnx.Refusals.vector;

import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
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
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;

/**
 * Files that are no model, or not one that can be read, each refused with what is wrong and what to
 * do.
 */
class OnnxRefusalTest {
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
        "m.onnx: model is not quantized: none of its 1 nodes is a QuantizeLinear, DequantizeLinear or"
            + " DynamicQuantizeLinear; quantize it to QDQ format or dynamically first",
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
  @CsvSource({"0", "12", "24"})
  void read_ofOtherOpset_namesTheSupportedOnes(long opset) {
    assertEquals(
        "m.onnx: uses opset "
            + opset
            + ", expected 13 to 23; export it with one of those, or convert it with"
            + " onnx.version_converter",
        message(vector().opset(opset).output("x_dq", 0, 3)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Loop|is control flow, which is not supported; export the model for one fixed path, or recurrent layers"
            + " in the form of docs/onnx.md",
        "BatchNormalization|would run in float; fold it into the convolution before it, then quantize",
        "Mul|would run in float; in front of the first QuantizeLinear, a constant scales the input",
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
        "m.onnx: node 'sin:y' (Sin): cannot run in integers here; supported operators: Add, AveragePool, Cast,",
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

  @ParameterizedTest
  @CsvSource({"0, '[batch]'", "5, '[batch, 3, 3, 3, 3]'"})
  void input_ofOtherRank_isRefused(int rank, String shape) {
    long[] dims = new long[Math.max(1, rank)];
    Arrays.fill(dims, 1, dims.length, 3);
    assertEquals(
        "m.onnx: input 'x' has shape "
            + shape
            + ", expected [N, channels, height, width], [N, time, features] or [N, features]",
        message(new ModelBuilder().input("x", dims).qdq("x", 1f)));
  }

  @Test
  void input_ofVariableHeight_isRefused() {
    assertEquals(
        "m.onnx: input 'x' has shape [batch, 3, batch, 8]: only the batch, the first dimension, and the time of a"
            + " sequence may be variable; export the model with a fixed image size",
        message(new ModelBuilder().input("x", 0, 3, 0, 8).qdq("x", 1f)));
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
  void dropout_inTraining_isRefused() {
    ModelBuilder model =
        vector()
            .codes("training", IntegerType.UINT8, new long[0], 1)
            .node("Dropout", List.of("x_dq", "", "training"), "y");
    assertEquals(
        "m.onnx: node 'dropout:y' (Dropout): is in training mode; export the model for inference",
        message(model.output("y", 0, 3)));
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
}
