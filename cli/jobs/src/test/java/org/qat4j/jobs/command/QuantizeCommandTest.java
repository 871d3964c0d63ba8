package org.qat4j.jobs.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.cli.Qat4j;
import org.qat4j.examples.networks.LeNet;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.testing.Outcome;

/** Post-training quantization from the command line, on pictures of noise. */
class QuantizeCommandTest {
  private static final int TRAIN = 60;
  private static final int TEST = 40;

  @TempDir private static Path inputs;
  private static Path network;

  @TempDir private Path folder;
  private Path model;
  private Path report;

  @BeforeAll
  static void writeInputs() throws IOException {
    network = inputs.resolve("float.zip");
    ModelSerializer.writeModel(LeNet.create(1, new Adam(), 0, 10), network.toFile(), true);
    Random random = new Random(1);
    writeIdx("train", TRAIN, random);
    writeIdx("t10k", TEST, random);
  }

  private static void writeIdx(String part, int count, Random random) throws IOException {
    byte[] pixels = new byte[count * LeNet.SIZE * LeNet.SIZE];
    random.nextBytes(pixels);
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % 10);
    }
    write(part + "-images-idx3-ubyte", pixels, 0x803, count, LeNet.SIZE, LeNet.SIZE);
    write(part + "-labels-idx1-ubyte", labels, 0x801, count);
  }

  private static void write(String name, byte[] content, int... header) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (int number : header) {
        out.writeInt(number);
      }
      out.write(content);
    }
    Files.createDirectories(inputs.resolve("data"));
    Files.write(inputs.resolve("data").resolve(name), bytes.toByteArray());
  }

  @BeforeEach
  void nameOutputs() {
    model = folder.resolve("model.onnx");
    report = folder.resolve("model.json");
  }

  private Outcome quantize(Object... more) {
    Map<Object, Object> options = new LinkedHashMap<>();
    options.put("--model", network);
    options.put("--data", inputs.resolve("data"));
    options.put("--out", model);
    List<Object> arguments = new ArrayList<>(List.of("quantize"));
    List<Object> given = Arrays.asList(more);
    options.forEach(
        (name, value) -> {
          if (!given.contains(name)) {
            arguments.addAll(List.of(name, value));
          }
        });
    arguments.addAll(given);
    return Outcome.of(Qat4j.commandLine(), arguments.toArray());
  }

  private void assertNothingWritten() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void quantize_network_writesModelAndReportAndNothingElse() throws IOException {
    Outcome outcome = quantize("--images", 50);

    assertEquals(0, outcome.status(), outcome.err());
    assertTrue(outcome.out().contains("MACs in integers"), outcome.out());
    assertTrue(outcome.out().contains("accuracy on 40 test images; codes: "), outcome.out());
    assertTrue(outcome.out().contains(" compared on 40 of them, 0 differ"), outcome.out());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(report, model), files.sorted().toList());
    }
    assertEquals(1, QuantizedModel.load(model).graph().outputs().size());
    JsonNode json = new ObjectMapper().readTree(report.toFile());
    assertEquals(50, json.at("/settings/images").asInt());
    assertEquals(TEST, json.at("/accuracy/images").asInt());
    assertEquals(0, json.at("/codes/mismatched").asInt());
    assertEquals(Files.size(model), json.at("/size/int8Bytes").asLong());
    assertEquals("conv1", json.at("/layers/1/name").asText());
  }

  @Test
  void quantize_batchNormBehindAnActivation_isInTheReport() throws IOException {
    MultiLayerNetwork normalized =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(2).build())
                .layer(new BatchNormalization.Builder().name("norm").build())
                .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.convolutional(LeNet.SIZE, LeNet.SIZE, 1))
                .build());
    normalized.init();
    Path zip = folder.resolve("normalized.zip");
    ModelSerializer.writeModel(normalized, zip.toFile(), false);

    Outcome outcome = quantize("--images", 20, "--model", zip);

    assertEquals(0, outcome.status(), outcome.err());
    JsonNode layers = new ObjectMapper().readTree(report.toFile()).at("/layers");
    JsonNode norm = null;
    for (JsonNode layer : layers) {
      norm = layer.at("/name").asText().equals("norm") ? layer : norm;
    }
    assertEquals(2, norm.at("/weights/count").asInt(), layers.toString());
  }

  @Test
  void quantize_maxDropThatPlainCalibrationKeeps_reportsTheOneAttempt() throws IOException {
    Outcome outcome = quantize("--images", 50, "--max-drop", 100);

    assertEquals(0, outcome.status(), outcome.err());
    JsonNode json = new ObjectMapper().readTree(report.toFile());
    assertEquals(1, json.at("/attempts").size());
    assertEquals("as configured", json.at("/attempts/0/what").asText());
    assertEquals(json.at("/accuracy/int8"), json.at("/attempts/0/accuracy"));
  }

  @Test
  void quantize_maxDropOutOfRange_isRefused() throws IOException {
    Outcome outcome = quantize("--max-drop", -1);

    assertEquals(2, outcome.status(), outcome.err());
    assertTrue(
        outcome.err().contains("--max-drop must be 0 to 100 percentage points, got -1.0"),
        outcome.err());
    assertNothingWritten();
  }

  @Test
  void sensitivity_network_writesTableNumbersAndPicture() throws IOException {
    Path page = folder.resolve("which.html");

    Outcome outcome =
        Outcome.of(
            Qat4j.commandLine(),
            "sensitivity",
            "--model",
            network,
            "--data",
            inputs.resolve("data"),
            "--bits",
            "8,3",
            "--images",
            20,
            "--out",
            page);

    assertEquals(0, outcome.status(), outcome.err());
    assertTrue(outcome.out().contains("3 bits: "), outcome.out());
    assertTrue(outcome.out().contains("conv1"), outcome.out());
    JsonNode json = new ObjectMapper().readTree(folder.resolve("which.json").toFile());
    assertEquals(
        List.of(8, 3),
        List.of(json.at("/widths/0/bits").asInt(), json.at("/widths/1/bits").asInt()));
    assertEquals(TEST, json.at("/images").asInt());
    JsonNode layer = json.at("/widths/1/layers/1");
    assertEquals("conv1", layer.at("/layer").asText());
    assertEquals(3, layer.at("/weightBits").asInt());
    assertTrue(layer.at("/only/sqnr").asDouble() > json.at("/widths/1/quantized/sqnr").asDouble());
    String html = Files.readString(page);
    assertTrue(html.contains("Which layer hurts") && html.contains("<canvas data-width=\"1\""));
  }

  @Test
  void quantize_sameSeed_isTheSameFile() throws IOException {
    quantize("--images", 20);
    byte[] first = Files.readAllBytes(model);
    quantize("--images", 20, "--force");
    assertArrayEquals(first, Files.readAllBytes(model));
    quantize("--images", 20, "--force", "--seed", 7);
    assertFalse(Arrays.equals(first, Files.readAllBytes(model)));
  }

  @ParameterizedTest(name = "{0}, {1} bits")
  @CsvSource({"percentile:99, 8", "movingAverage:0.5, 8", "kl, 4"})
  void quantize_estimator_isThatOfTheReport(String estimator, int bits) throws IOException {
    quantize("--images", 20, "--estimator", estimator, "--activation-bits", bits);
    JsonNode json = new ObjectMapper().readTree(report.toFile());
    assertEquals(estimator, json.at("/settings/estimator").asText());
    assertEquals(bits, json.at("/layers/1/output/bits").asInt());
  }

  @Test
  void quantize_moreImagesThanThereAre_isRefused() throws IOException {
    quantize("--images", 61)
        .assertFailed(
            1,
            "qat4j: "
                + inputs.resolve("data/train-images-idx3-ubyte")
                + ", for training: 61 images are asked for, but there are 60");
    assertNothingWritten();
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "--images, 0, '--images must be at least 1, got 0'",
    "--weight-bits, 9, 'weightBits must be in 1..8 or 16, got 9'",
    "--activation-bits, 0, 'activationBits must be in 1..8 or 16, got 0'",
    "--estimator, best, 'expected minMax, percentile, meanStd, kl, mse, l2, got ''best'''",
    "--estimator, percentile:0, 'percent must be in (0, 100], got 0.0'",
    "--estimator, movingAverage:2, 'rate must be in (0, 1], got 2.0'",
  })
  void quantize_wrongOption_isWrongUsage(String option, String value, String message)
      throws IOException {
    quantize(option, value).assertFailed(2, "qat4j: " + message);
    assertNothingWritten();
  }

  @Test
  void quantize_withoutDataOrStatelessWithoutDynamic_isWrongUsage() {
    Outcome.of(Qat4j.commandLine(), "quantize", "--model", network, "--out", model)
        .assertFailed(2, "qat4j: Missing required option: '--data=DATA'");
    quantize("--stateless").assertFailed(2, "qat4j: --stateless is for --dynamic");
  }

  @Test
  void quantize_earlierFile_isKept() throws IOException {
    Files.writeString(report, "{}");
    quantize()
        .assertFailed(
            1,
            "qat4j: "
                + report
                + " exists and is not overwritten: choose another --out, or replace it with --force");
    assertEquals("{}", Files.readString(report));
    assertFalse(Files.exists(model));
  }

  @Test
  void quantize_noFolderForTheModel_isRefusedBeforeAnyWork() {
    Path nowhere = folder.resolve("nowhere");
    quantize("--out", nowhere.resolve("model.onnx"))
        .assertFailed(
            1, "qat4j: there is no folder " + nowhere + "; make it, or choose another --out");
  }

  @Test
  void quantize_noNetwork_isRefused() throws IOException {
    Path absent = folder.resolve("absent.zip");
    quantize("--model", absent).assertFailed(1, "qat4j: no such file: " + absent);
    assertNothingWritten();
  }
}
