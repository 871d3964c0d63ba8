package org.qat4j.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.jobs.config.ConfigReader;
import org.qat4j.jobs.config.JobConfig;
import org.qat4j.jobs.network.UserClasses;
import org.qat4j.jobs.report.Report;
import org.qat4j.jobs.run.Interruption;
import org.qat4j.jobs.run.RunFolder;
import org.qat4j.jobs.training.ProgressDisplay;

/** The main job on few drawn digits: everything that must hold on real data holds here too. */
class EndToEndTest {
  private static final String YAML =
      """
      seed: 11
      data:
        train: 600
        test: 100
      float:
        epochs: 2
      """;

  @TempDir private static Path folder;
  private static Report report;

  @BeforeAll
  static void runJob() {
    JobConfig config = ConfigReader.parse("small.yaml", YAML, ConfigReader.noOverrides());
    RunFolder run = RunFolder.open(folder, RunFolder.Existing.KEEP);
    report =
        new QatJob(
                config,
                ProgressDisplay.Factory.forStandardError(false),
                Interruption.none(),
                Optional.empty(),
                UserClasses.none())
            .run(run, Optional.empty());
  }

  @Test
  void folder_afterTheJob_holdsTheResultsOnly() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          List.of(
              "config.yaml", "float.zip", "model.onnx", "qat.zip", "report.html", "report.json"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void networks_learn() {
    assertTrue(report.accuracy().floatNetwork() > 0.8, report.accuracy()::toString);
    assertTrue(
        report.accuracy().qat() > report.accuracy().floatNetwork() - 0.05,
        report.accuracy()::toString);
  }

  @Test
  void codes_ofEveryLayerAndImage_areEqual() {
    // Input, two convolutions with their pools, two dense layers.
    long perImage = 784 + 20 * 24 * 24 + 20 * 12 * 12 + 50 * 8 * 8 + 50 * 4 * 4 + 500 + 10;
    assertEquals(new Report.Codes(100 * perImage, 0), report.codes());
    assertEquals(report.accuracy().qat(), report.accuracy().int8());
  }

  @Test
  void onnxRuntime_onTheSameFile_agrees() {
    assertEquals(100, report.ort().of());
    assertTrue(report.ort().agreeing() >= 99, report.ort()::toString);
  }

  @Test
  void model_readBack_computesInIntegersBetweenFirstAndLastCode() throws IOException {
    QuantizedModel model = QuantizedModel.load(folder.resolve("model.onnx"));
    for (Node node : model.graph().nodes()) {
      boolean realInput =
          model.graph().inputsOf(node).stream().anyMatch(tensor -> !tensor.isCodes());
      if (realInput) {
        assertTrue(
            node.op() instanceof ConvertOp.Quantize || node.op() instanceof ChannelOp.Softmax,
            node.name() + " reads real numbers");
      }
    }
    Tensor output = model.graph().outputs().get(0);
    assertEquals("10", output.shape().toString());
    assertEquals(1.0, report.compute().integerShare());
    assertEquals(2_293_000, report.compute().macs());
  }

  @Test
  void size_ofTheModel_isAboutAQuarter() {
    assertEquals(4L * 431_360, report.size().floatBytes());
    assertTrue(
        report.size().int8Bytes() < report.size().floatBytes() / 3.5, report.size()::toString);
  }

  @Test
  void layers_withWeights_haveASignalWellAboveTheNoise() {
    List<String> names = report.layers().stream().map(layer -> layer.name()).toList();
    assertEquals(
        List.of("input_quantizer", "conv1", "pool1", "conv2", "pool2", "dense", "output_logits"),
        names);
    report
        .layers()
        .forEach(
            layer -> {
              layer
                  .weights()
                  .ifPresent(
                      w -> assertTrue(w.sqnr().orElse(99.0) > 30, layer.name() + " " + w.sqnr()));
              assertTrue(
                  layer.output().sqnr().orElse(99.0) > 20,
                  layer.name() + " " + layer.output().sqnr());
            });
  }

  @Test
  void reportJson_equalsTheReport() throws IOException {
    JsonNode json = new ObjectMapper().readTree(folder.resolve("report.json").toFile());

    assertEquals(report.accuracy().floatNetwork(), json.at("/accuracy/float").asDouble());
    assertEquals(report.codes().compared(), json.at("/codes/compared").asLong());
    assertTrue(json.at("/speed/int8ImagesPerSecond").asDouble() > 0);
  }
}
