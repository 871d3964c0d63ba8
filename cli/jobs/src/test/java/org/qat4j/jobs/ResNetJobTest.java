package org.qat4j.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.NoOp;
import org.qat4j.cli.Qat4j;
import org.qat4j.cli.error.UserException;
import org.qat4j.jobs.config.NetworkKind;
import org.qat4j.jobs.network.Architecture;
import org.qat4j.jobs.network.Blueprint;
import org.qat4j.jobs.run.InterruptedRunException;
import org.qat4j.testing.CifarArchive;
import picocli.CommandLine;

/** The job with a graph network, colour images, and all that its configuration can ask for. */
class ResNetJobTest {
  private static final int FLOAT_BATCHES = 4;
  private static final int BATCHES = 6;

  private static final String YAML =
      """
      seed: 5
      network: resnet20
      data:
        source: cifar10
        folder: %s
        train: 40
        test: 20
        augment: true
      float:
        epochs: 2
        batch: 20
        optimizer: sgd
        learningRate: 0.05
        warmUp: 0.25
        fall: cosine
        weightDecay: 0.0001
        fastLayers: true
      qat:
        epochs: 1
        batch: 20
        learningRate: 0.01
      """;

  @TempDir private static Path shared;
  private static Path uninterrupted;
  private static String yaml;

  @TempDir private Path runs;

  @BeforeAll
  static void runWithoutInterruption() throws IOException {
    new CifarArchive(4, 2).pack(shared);
    yaml = YAML.formatted(shared);
    uninterrupted = shared.resolve("run");
    TinyJob.run(yaml, Optional.empty(), uninterrupted, false, () -> false);
  }

  private static JsonNode report(Path folder) throws IOException {
    return new ObjectMapper().readTree(folder.resolve("report.json").toFile());
  }

  private static void assertSameResults(Path folder) throws IOException {
    assertEquals(TinyJob.results(uninterrupted), TinyJob.results(folder));
    assertEquals(report(uninterrupted).get("accuracy"), report(folder).get("accuracy"));
    assertEquals(report(uninterrupted).get("layers"), report(folder).get("layers"));
  }

  private String failure(Path floatNetwork) {
    return assertThrows(
            UserException.class,
            () ->
                TinyJob.run(
                    yaml, Optional.of(floatNetwork), runs.resolve("run"), false, () -> false))
        .getMessage();
  }

  @Test
  void codes_ofEveryLayerAndImage_areEqual() throws IOException {
    JsonNode report = report(uninterrupted);
    // Input; the stem; 3 blocks of 2 convolutions and a sum in each stage, 2 shortcuts; the end.
    long perImage = 3_072 + 16_384 + 9 * 16_384 + 10 * 8_192 + 10 * 4_096 + 64 + 10;
    assertEquals(20 * perImage, report.at("/codes/compared").asLong());
    assertEquals(0, report.at("/codes/mismatched").asLong());
    assertEquals(report.at("/accuracy/qat"), report.at("/accuracy/int8"));
    assertEquals(1.0, report.at("/compute/integerShare").asDouble());
    assertTrue(report.at("/ort/agreeing").asInt() >= 19, report.get("ort")::toString);
  }

  /** The same images as files: their classes are those that the job found. */
  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png"})
  void run_onTheTestImagesInFolders_hasTheJobsAccuracy(String kind) throws IOException {
    new CifarArchive(4, 2).unpack(runs);
    Path images = runs.resolve("test");
    if (kind.equals("png")) {
      CifarArchive.turnIntoPng(images);
    }

    List<String> lines = run("--input", images.toString());
    List<String> ofArchive = run("--input", shared.resolve("cifar10.tar.gz").toString());

    double accuracy = report(uninterrupted).at("/accuracy/int8").asDouble();
    String last =
        String.format(Locale.ROOT, "accuracy\t%.4f\t(%.0f of 20)", accuracy, 20 * accuracy);
    assertEquals(last, lines.get(lines.size() - 1));
    assertEquals(classes(ofArchive), classes(lines));
    assertEquals(20, classes(lines).size());
  }

  private static List<String> run(String... input) {
    StringWriter out = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of("run", uninterrupted + "/model.onnx"));
    arguments.addAll(List.of(input));
    CommandLine command = Qat4j.commandLine().setOut(new PrintWriter(out));
    int status = command.execute(arguments.toArray(String[]::new));
    assertEquals(0, status);
    return out.toString().lines().toList();
  }

  /** The second column of the lines of single images. */
  private static List<String> classes(List<String> lines) {
    return lines.stream()
        .filter(line -> line.contains("/"))
        .map(line -> line.split("\t", -1)[1])
        .toList();
  }

  @Test
  void job_stoppedAfterEveryBatch_givesTheSameResults() throws IOException {
    Path folder = runs.resolve("run");
    for (int batch = 1; batch <= BATCHES; batch++) {
      boolean resume = batch > 1;
      assertThrows(
          InterruptedRunException.class,
          () -> TinyJob.run(yaml, Optional.empty(), folder, resume, () -> true));
    }
    TinyJob.run(yaml, Optional.empty(), folder, true, () -> false);

    assertSameResults(folder);
  }

  @Test
  void job_fromTheFloatNetworkOfAnotherRun_givesTheSameResultsEvenIfInterrupted()
      throws IOException {
    Path folder = runs.resolve("run");
    Optional<Path> given = Optional.of(uninterrupted.resolve("float.zip"));
    AtomicInteger batches = new AtomicInteger();

    assertThrows(
        InterruptedRunException.class,
        () -> TinyJob.run(yaml, given, folder, false, () -> batches.incrementAndGet() > 0));
    TinyJob.run(yaml, given, folder, true, () -> batches.incrementAndGet() < 0);

    assertEquals(BATCHES - FLOAT_BATCHES, batches.get(), "no float training");
    assertSameResults(folder);
    assertEquals(0, report(folder).at("/training/floatSeconds").asDouble());
  }

  @Test
  void job_resumedInItsFloatTraining_refusesAnotherFloatNetwork() {
    Path folder = runs.resolve("run");
    assertThrows(
        InterruptedRunException.class,
        () -> TinyJob.run(yaml, Optional.empty(), folder, false, () -> true));

    UserException e =
        assertThrows(
            UserException.class,
            () ->
                TinyJob.run(
                    yaml,
                    Optional.of(uninterrupted.resolve("float.zip")),
                    folder,
                    true,
                    () -> false));

    assertEquals(
        "--float cannot be used here: "
            + folder
            + " is in its own float training; resume it without --float, or start a new run with"
            + " --name",
        e.getMessage());
  }

  @Test
  void floatNetwork_prepared_isRefusedBeforeTheRunStarts() {
    Path prepared = uninterrupted.resolve("qat.zip");
    assertEquals(
        prepared
            + ": its layers are not those of resnet20: parameter 'image_quantizer_range' is [3];"
            + " expected none; give float.zip of a finished float training of the same network",
        failure(prepared));
    assertFalse(Files.exists(runs.resolve("run")), "a folder for a run that cannot be");
  }

  @Test
  void floatNetwork_ofAnotherKind_isRefused() throws IOException {
    Path lenet = runs.resolve("float.zip");
    try (OutputStream out = Files.newOutputStream(lenet)) {
      Architecture.of(NetworkKind.LENET)
          .create(1, Optional.of(new Blueprint.Training(new NoOp(), 0)))
          .write(out);
    }
    String message = failure(lenet);
    assertTrue(
        message.startsWith(lenet + ": its layers are not those of resnet20: parameter '"), message);
    assertTrue(
        message.endsWith("; give float.zip of a finished float training of the same network"),
        message);
  }

  @Test
  void floatNetwork_absent_isNamed() {
    Path absent = runs.resolve("absent.zip");
    assertEquals("no such file: " + absent, failure(absent));
  }

  @Test
  void images_ofAnotherShape_areRefused() {
    String lenet = yaml.replace("resnet20", "lenet");
    assertEquals(
        "lenet takes images of 1x28x28 (channels, height, width), but the data has 3x32x32; set"
            + " network or data.source to one that fits the other",
        assertThrows(
                UserException.class,
                () -> TinyJob.run(lenet, Optional.empty(), runs.resolve("run"), false, () -> false))
            .getMessage());
  }
}
