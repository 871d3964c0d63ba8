package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Window;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;

/**
 * Models that the onnx package of Python and PyTorch wrote; quantized_models.py and torch_models.py
 * in src/test/python generate them.
 */
class PythonModelsTest {
  private static final int BATCH = 16;

  @Test
  void read_ofLenet_fusesEveryLayer() throws IOException {
    Graph graph = OnnxReader.read(file("lenet"));
    assertEquals(
        List.of("QuantizeLinear", "Conv", "MaxPool", "Flatten", "Gemm", "Gemm", "Softmax"),
        ops(graph));
    assertEquals(Clip.RELU, ((LinearOp.Conv) graph.nodes().get(1).op()).clip());
    assertEquals(new Tensor.Real(), graph.tensor("z").type());
  }

  @Test
  void read_ofResidual_fusesTheSum() throws IOException {
    Graph graph = OnnxReader.read(file("residual"));
    assertEquals(
        List.of(
            "QuantizeLinear",
            "Conv",
            "Conv",
            "Add",
            "GlobalAveragePool",
            "Flatten",
            "Gemm",
            "DequantizeLinear"),
        ops(graph));
    assertEquals(new JoinOp.Add(Clip.RELU), graph.nodes().get(3).op());
  }

  @ParameterizedTest
  @CsvSource({"lenet, 0.001", "residual, 0.0174", "torch_view, 0.002", "torch_resize, 0.0094"})
  void run_ofModel_agreesWithOnnxRuntime(String name, float tolerance)
      throws IOException, OrtException {
    Path file = file(name);
    QuantizedModel model = QuantizedModel.load(file);
    Tensor input = model.graph().inputs().get(0);
    float[] images = new float[BATCH * input.shape().elements()];
    Random random = new Random(7);
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat();
    }
    float[] theirs = OnnxRuntimeModel.reals(Files.readAllBytes(file), input, images, BATCH);
    try (InferenceSession session = InferenceSession.open(model)) {
      float[] ours = session.run(images, BATCH);
      assertEquals(theirs.length, ours.length);
      for (int i = 0; i < ours.length; i++) {
        assertEquals(theirs[i], ours[i], tolerance, "result " + i);
      }
      assertTrue(spread(ours) > 10 * tolerance, "results must differ from image to image");
    }
  }

  @Test
  void run_ofModelThatTakesBytes_agreesWithOnnxRuntime() throws IOException, OrtException {
    Path file = file("torch_bytes");
    QuantizedModel model = QuantizedModel.load(file);
    Tensor input = model.graph().inputs().get(0);
    byte[] images = new byte[BATCH * input.shape().elements()];
    new Random(7).nextBytes(images);
    float[] theirs = OnnxRuntimeModel.ofBytes(Files.readAllBytes(file), input, images, BATCH);
    try (InferenceSession session = InferenceSession.open(model)) {
      assertArrayEquals(theirs, session.run(images, BATCH), 0.002f);
    }
    GraphEquality.assertEqual(
        model.graph(), OnnxReader.read(OnnxWriter.toBytes(model.graph()), "again"));
  }

  @Test
  void read_ofTorchView_scalesInFrontAndKeepsTheBatch() throws IOException {
    Graph graph = OnnxReader.read(file("torch_view"));
    assertEquals(
        List.of("BatchNormalization", "Div", "QuantizeLinear", "Conv", "Conv", "Flatten", "Gemm"),
        ops(graph));
    assertEquals(List.of(), graph.islands());
    assertEquals(
        new Window(1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
        ((LinearOp.Conv) graph.nodes().get(3).op()).window());
    GraphEquality.assertEqual(graph, OnnxReader.read(OnnxWriter.toBytes(graph), "again"));
  }

  @Test
  void read_ofTorchResize_enlargesToTheSizesOfAnotherTensor() throws IOException {
    Graph graph = OnnxReader.read(file("torch_resize"));
    assertTrue(
        graph.nodes().stream().anyMatch(node -> node.op().equals(new MoveOp.Upsample(2, 2))));
  }

  @Test
  void read_ofTorchExternal_givesTheGraphOfTheWholeFile() throws IOException {
    GraphEquality.assertEqual(
        OnnxReader.read(file("torch_view")), OnnxReader.read(file("torch_external")));
  }

  private static float spread(float[] values) {
    float least = values[0];
    float most = values[0];
    for (float value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return most - least;
  }

  private static List<String> ops(Graph graph) {
    return graph.nodes().stream().map(node -> node.op().onnxName()).toList();
  }

  private static Path file(String name) {
    try {
      return Path.of(PythonModelsTest.class.getResource("/onnx/" + name + ".onnx").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
