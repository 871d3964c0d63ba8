package org.qat4j.onnx;

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
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;
import org.qat4j.int8.Int8Model;
import org.qat4j.int8.Int8Session;

/**
 * Models that the onnx package of Python wrote; src/test/python/quantized_models.py generates them.
 */
class PythonModelsTest {
  private static final int BATCH = 16;

  @Test
  void read_ofLenet_fusesEveryLayer() throws IOException {
    Graph graph = OnnxReader.read(file("lenet"));
    assertEquals(
        List.of("QuantizeLinear", "Conv", "MaxPool", "Flatten", "Gemm", "Gemm", "Softmax"),
        ops(graph));
    assertEquals(Clip.RELU, ((Op.Conv) graph.nodes().get(1).op()).clip());
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
    assertEquals(new Op.Add(Clip.RELU), graph.nodes().get(3).op());
  }

  @ParameterizedTest
  @CsvSource({"lenet, 0.001", "residual, 0.0174"})
  void run_ofModel_agreesWithOnnxRuntime(String name, float tolerance)
      throws IOException, OrtException {
    Path file = file(name);
    Int8Model model = Int8Model.load(file);
    Tensor input = model.graph().inputs().get(0);
    float[] images = new float[BATCH * input.shape().elements()];
    Random random = new Random(7);
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat();
    }
    float[] theirs = OnnxRuntimeModel.reals(Files.readAllBytes(file), input, images, BATCH);
    try (Int8Session session = Int8Session.open(model)) {
      float[] ours = session.run(images, BATCH);
      assertEquals(theirs.length, ours.length);
      for (int i = 0; i < ours.length; i++) {
        assertEquals(theirs[i], ours[i], tolerance, "result " + i);
      }
      assertTrue(spread(ours) > 10 * tolerance, "results must differ from image to image");
    }
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
