package org.qat4j.jobs.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.qat4j.cli.Qat4j;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.testing.Outcome;

class WordsCommandTest {
  @TempDir private Path folder;

  private Outcome words(Object... more) {
    Object[] arguments = new Object[more.length + 5];
    System.arraycopy(
        new Object[] {"words", "--data", folder, "--out", folder.resolve("out")},
        0,
        arguments,
        0,
        5);
    System.arraycopy(more, 0, arguments, 5, more.length);
    return Outcome.of(Qat4j.commandLine(), arguments);
  }

  @Test
  void words_ofAFolder_areLearnedAndQuantized() throws IOException {
    String text = "one two three four five\n".repeat(1250);
    Files.writeString(folder.resolve("valid.txt"), text);
    Files.writeString(folder.resolve("test.txt"), text);

    Outcome outcome = words("--units", 8, "--layers", 1, "--epochs", 1);

    assertEquals(0, outcome.status(), outcome.err());
    assertTrue(
        outcome
            .out()
            .startsWith("training on valid.txt, 7,500 words, of which the vocabulary has 7"),
        outcome.out());
    Path out = folder.resolve("out");
    assertEquals(7, Files.readAllLines(out.resolve("vocabulary.txt")).size());
    assertTrue(Files.exists(out.resolve("word.zip")));
    QuantizedModel model = QuantizedModel.load(out.resolve("model.onnx"));
    assertEquals(1, model.graph().states().size());
    JsonNode report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
    List<JsonNode> scores = report.findValues("loss");
    assertEquals(4, scores.size());
    assertEquals(scores.get(0).doubleValue(), scores.get(1).doubleValue(), 1e-4);
    assertEquals(scores.get(0).doubleValue(), scores.get(2).doubleValue(), 0.01);
    assertEquals(60, report.get("written").textValue().split(" ").length);
    assertModelOfAnEarlierRun(out);
    assertQuantizedDynamically(out);
  }

  private void assertModelOfAnEarlierRun(Path out) throws IOException {
    Path again = folder.resolve("again");
    Outcome outcome =
        Outcome.of(
            Qat4j.commandLine(),
            "words",
            "--data",
            folder,
            "--out",
            again,
            "--model",
            out.resolve("word.zip"));

    assertEquals(0, outcome.status(), outcome.err());
    assertArrayEquals(
        Files.readAllBytes(out.resolve("model.onnx")),
        Files.readAllBytes(again.resolve("model.onnx")));
  }

  private Outcome quantize(Path zip, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("quantize", "--dynamic", "--model", zip));
    arguments.addAll(List.of("--out", folder.resolve("dynamic.onnx")));
    arguments.addAll(List.of(more));
    return Outcome.of(Qat4j.commandLine(), arguments.toArray());
  }

  private void assertQuantizedDynamically(Path out) throws IOException {
    Path zip = out.resolve("word.zip");
    Path model = folder.resolve("dynamic.onnx");
    Path report = folder.resolve("dynamic.json");

    Outcome measured = quantize(zip, "--data", folder);

    assertEquals(0, measured.status(), measured.err());
    assertTrue(measured.out().contains("qat4j int8, embedding too"), measured.out());
    assertArrayEquals(Files.readAllBytes(out.resolve("model.onnx")), Files.readAllBytes(model));
    assertEquals(4, new ObjectMapper().readTree(report.toFile()).findValues("loss").size());

    Outcome converted = quantize(zip, "--force");

    assertEquals(0, converted.status(), converted.err());
    assertArrayEquals(Files.readAllBytes(out.resolve("model.onnx")), Files.readAllBytes(model));
    assertFalse(Files.exists(report), "a report of another run");
  }

  @Test
  void quantizeDynamic_bothDirections_needsToBeStateless() throws IOException {
    Path zip = folder.resolve("both.zip");
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new Bidirectional(new SimpleRnn.Builder().nIn(3).nOut(2).build()))
                .layer(
                    new RnnOutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .nIn(4)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    ModelSerializer.writeModel(network, zip.toFile(), false);

    assertEquals(1, quantize(zip).status());
    assertFalse(Files.exists(folder.resolve("dynamic.onnx")));
    assertEquals(0, quantize(zip, "--stateless").status());
    QuantizedModel model = QuantizedModel.load(folder.resolve("dynamic.onnx"));
    assertTrue(model.graph().states().isEmpty());
    quantize(zip, "--stateless", "--data", folder)
        .assertFailed(2, "qat4j: --stateless and --data cannot be combined");
  }

  @ParameterizedTest
  @CsvSource({
    "--classpath, .",
    "--images, 5",
    "--estimator, minMax",
    "--weight-bits, 8",
    "--activation-bits, 8",
    "--max-drop, 1",
    "--seed, 3"
  })
  void quantizeDynamic_withOptionsForImages_isWrongUsage(String option, String value) {
    quantize(folder.resolve("word.zip"), option, value)
        .assertFailed(2, "qat4j: " + option + " is not for --dynamic");
    assertFalse(Files.exists(folder.resolve("dynamic.onnx")));
  }

  @Test
  void words_ofAModelWithoutVocabulary_areAFailureThatWritesNothing() {
    Path zip = folder.resolve("word.zip");

    words("--model", zip)
        .assertFailed(
            1,
            "qat4j: there is no "
                + folder.resolve("vocabulary.txt")
                + ", which must hold the model's words, one a line, in order");
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void words_withoutText_areAFailureThatWritesNothing() {
    Outcome outcome = words();

    outcome.assertFailed(
        1,
        "qat4j: "
            + folder
            + " holds none of valid.txt, valid.txt.gz, valid.tokens, wiki.valid.txt,"
            + " wiki.valid.txt.gz, wiki.valid.tokens");
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void words_ofTooShortText_areAFailureThatWritesNothing() throws IOException {
    Files.writeString(folder.resolve("valid.txt"), "one two\n");
    Files.writeString(folder.resolve("test.txt"), "one two\n");

    Outcome outcome = words();

    assertEquals(1, outcome.status());
    assertTrue(
        outcome.err().contains("a text of 3 words is too short to be cut into 20 parts"),
        outcome.err());
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void words_intoAFolderThatExists_areRefused() throws IOException {
    Path out = Files.createDirectories(folder.resolve("out"));

    words()
        .assertFailed(
            1, "qat4j: " + out + " exists and is not overwritten: name another with --out");
  }

  @Test
  void words_withWrongNumbers_areWrongUsage() {
    words("--epochs", 0).assertFailed(2, "qat4j: --epochs must be >= 1: 0");
    words("--dropout", 1).assertFailed(2, "qat4j: --dropout must be in [0, 1): 1.0");
  }
}
