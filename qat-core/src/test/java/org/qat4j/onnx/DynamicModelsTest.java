package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;

/**
 * Models of the nodes that ONNX Runtime's dynamic quantizer writes; recurrent_models.py in
 * src/test/python generates them.
 */
class DynamicModelsTest {
  private static final int STEPS = 9;

  /** Where ONNX Runtime's sigmoid differs in its last bits, a code of h can be the next one. */
  @ParameterizedTest
  @CsvSource({"dynamic_dense, 1e-6", "dynamic_words, 0.01", "float_lstm, 1e-5"})
  void run_ofModel_agreesWithOnnxRuntimeOnOneImage(String name, float tolerance) throws Exception {
    byte[] file = Files.readAllBytes(file(name));
    Graph graph = graph(name);
    Tensor input = graph.inputs().get(0);
    Random random = new Random(7);
    float spread = 0;
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph))) {
      for (int image = 0; image < 20; image++) {
        float[] x = new float[input.shape().elements()];
        for (int i = 0; i < x.length; i++) {
          x[i] = name.endsWith("words") ? random.nextInt(19) : (float) random.nextGaussian();
        }
        float[] theirs =
            OnnxRuntimeModel.asWritten(file, Map.of(input, x), 1)
                .get(graph.outputs().get(0).name());
        float[] ours = session.run(x, 1);
        assertEquals(theirs.length, ours.length);
        for (int i = 0; i < ours.length; i++) {
          assertEquals(theirs[i], ours[i], tolerance, "result " + i + " of image " + image);
          spread = Math.max(spread, Math.abs(ours[i] - ours[0]));
        }
      }
    }
    assertTrue(spread > 10 * tolerance, "results must differ");
  }

  @ParameterizedTest
  @CsvSource({"dynamic_dense", "dynamic_words", "float_lstm"})
  void write_ofModel_isReadAsTheSameGraph(String name) throws IOException {
    Graph graph = graph(name);
    GraphEquality.assertEqual(
        graph, OnnxReader.readAllowingFloat(OnnxWriter.toBytes(graph), "again"));
  }

  @Test
  void read_ofDynamicWords_needsNoFloatToBeAllowed() throws IOException {
    assertEquals(
        List.of(
            "Gather",
            "DynamicQuantizeLinear",
            "LSTM",
            "Slice",
            "LSTM",
            "Slice",
            "Concat",
            "DynamicQuantizeLinear",
            "LSTM",
            "Slice",
            "DynamicQuantizeLinear",
            "Gemm"),
        OnnxReader.read(file("dynamic_words")).nodes().stream()
            .map(node -> node.op().onnxName())
            .toList());
  }

  @Test
  void read_ofAFloatLstm_isRefusedUnlessFloatIsAllowed() {
    String message =
        assertThrows(OnnxFormatException.class, () -> OnnxReader.read(file("float_lstm")))
            .getMessage();
    assertTrue(message.contains("(LSTM): would run in float; quantize it dynamically"), message);
    assertTrue(message.contains("--allow-float"), message);
  }

  private static Graph graph(String name) throws IOException {
    Graph graph = OnnxReader.readAllowingFloat(file(name));
    return graph.inputs().get(0).shape().kind() == Shape.Kind.SEQUENCE
        ? graph.withSteps(STEPS)
        : graph;
  }

  private static Path file(String name) {
    try {
      return Path.of(DynamicModelsTest.class.getResource("/onnx/" + name + ".onnx").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
