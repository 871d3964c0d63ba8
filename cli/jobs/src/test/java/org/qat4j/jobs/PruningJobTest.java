package org.qat4j.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qat4j.cli.error.UserException;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.jobs.run.InterruptedRunException;

/** Jobs with a {@code prune} section. */
class PruningJobTest {
  private static final String FAST = TinyJob.YAML.replace("float:", "float:\n  fastLayers: true");

  private static JsonNode report(String yaml, Path folder) throws IOException {
    TinyJob.run(yaml, Optional.empty(), folder, false, () -> false);
    return new ObjectMapper().readTree(folder.resolve("report.json").toFile());
  }

  @ParameterizedTest
  @CsvSource({"qat", "float"})
  void run_sparsity_isInEachLayerOfTheReportAndCompresses(String during, @TempDir Path folder)
      throws IOException {
    JsonNode report =
        report(
            FAST + "prune:\n  sparsity: 0.9\n  every: 1\n  during: " + during, folder.resolve("a"));
    int layers = 0;
    for (JsonNode layer : report.get("layers")) {
      if (layer.has("weights")) {
        double count = layer.at("/weights/count").asDouble();
        assertTrue(layer.at("/weights/zeros").asDouble() >= Math.round(0.9 * count), "zeros");
        layers++;
      }
    }
    assertEquals(4, layers);
    assertEquals(0, report.at("/codes/mismatched").asInt());
    assertTrue(
        report.at("/size/int8ZipBytes").asInt() < report.at("/size/int8Bytes").asInt() / 3,
        report.get("size").toString());
  }

  @Test
  void run_halfOfTheFilters_computesAboutAQuarter(@TempDir Path folder) throws IOException {
    Path model = folder.resolve("a/model.onnx");
    JsonNode report = report(FAST + "prune:\n  filters: 0.5", folder.resolve("a"));
    assertEquals(0, report.at("/codes/mismatched").asInt());
    // 1-10-25-250 channels in the place of 1-20-50-500.
    long macs = 24 * 24 * 25 * 10 + 8 * 8 * 25 * 10 * 25 + 400 * 250 + 250 * 10;
    assertEquals(macs, QuantizedModel.load(model).graph().macs());
    assertEquals(macs, report.at("/compute/macs").asLong());
  }

  /** Stopped and resumed, a pruned training gives the same zeros as one that ran through. */
  @Test
  void resume_duringPruning_givesTheSameResults(@TempDir Path folder) {
    String yaml = FAST + "prune:\n  sparsity: 0.5\n  every: 1\n  to: 0.8\n  filters: 0.3";
    TinyJob.run(yaml, Optional.empty(), folder.resolve("whole"), false, () -> false);
    AtomicInteger batches = new AtomicInteger();
    assertThrows(
        InterruptedRunException.class,
        () ->
            TinyJob.run(
                yaml,
                Optional.empty(),
                folder.resolve("parts"),
                false,
                () -> batches.incrementAndGet() == 13));
    TinyJob.run(yaml, Optional.empty(), folder.resolve("parts"), true, () -> false);
    assertEquals(
        TinyJob.results(folder.resolve("whole")), TinyJob.results(folder.resolve("parts")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'sparsity: 1.0' | prune.sparsity is 1.0; allowed: sparsity must be at least 0 and less than 1",
        "'sparsity: -0.1' | prune.sparsity is -0.1; allowed: sparsity must be",
        "'sparsity: .nan' | prune.sparsity is NaN; allowed: sparsity must be",
        "'pattern: \"4:2\"' | prune.pattern is 4:2; allowed: N:M sparsity keeps at least 1",
        "'pattern: half' | prune.pattern is half; allowed: N:M, as \"2:4\", or empty",
        "'pattern: \"2:4\"' | layer 'conv1' (index 0, ConvolutionLayer) cannot be pruned so: 2:4",
        "'{sparsity: 0.5, pattern: \"2:4\"}' | prune.sparsity is 0.5; allowed: 0 beside a pattern",
        "'{from: 0.5, to: 0.2}' | prune.to is 0.2; allowed: at least from, 0.5",
        "'filters: 1.0' | prune.filters is 1.0; allowed: the fraction of filters to remove must be",
        "'{sparsity: 0.5, exempt: convx}' | no layer with weights matches the pruning of name 'convx'",
        "'{filters: 0.5, filtersExempt: convx}' | no layer with filters matches 'convx'; the layers",
        "'{sparsity: 0.5, during: float}' | prune.during is float; allowed: qat, or float with float",
      })
  void run_wrongSection_saysWhatIsAllowed(String section, String expected, @TempDir Path folder) {
    String yaml =
        TinyJob.YAML + (section.startsWith("{") ? "prune: " + section : "prune:\n  " + section);
    RuntimeException error =
        assertThrows(
            RuntimeException.class,
            () -> TinyJob.run(yaml, Optional.empty(), folder.resolve("a"), false, () -> false));
    assertTrue(error.getMessage().contains(expected), error.getMessage());
    assertTrue(!folder.resolve("a").toFile().exists(), "nothing written");
  }

  @Test
  void run_prunedInAFloatTrainingThatIsLeftOut_isRefused(@TempDir Path folder) {
    UserException error =
        assertThrows(
            UserException.class,
            () ->
                TinyJob.run(
                    FAST + "prune:\n  sparsity: 0.5\n  during: float",
                    Optional.of(folder.resolve("float.zip")),
                    folder.resolve("a"),
                    false,
                    () -> false));
    assertTrue(error.getMessage().startsWith("--float leaves out the float training"));
  }
}
