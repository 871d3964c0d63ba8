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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
