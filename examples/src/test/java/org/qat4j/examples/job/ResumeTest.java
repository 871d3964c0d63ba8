package org.qat4j.examples.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.examples.cli.Qat4j;
import org.qat4j.examples.run.InterruptedRunException;

/** An interrupted and resumed training gives what an uninterrupted one gives, bit for bit. */
class ResumeTest {
  @TempDir private static Path uninterrupted;

  @TempDir private Path runs;

  @BeforeAll
  static void runWithoutInterruption() {
    TinyJob.run(uninterrupted, false, () -> false);
  }

  private static JsonNode withoutTimes(Path folder) throws IOException {
    ObjectNode report =
        (ObjectNode) new ObjectMapper().readTree(folder.resolve("report.json").toFile());
    report.remove(List.of("name", "created", "speed"));
    ((ObjectNode) report.get("training")).remove(List.of("floatSeconds", "qatSeconds"));
    return report;
  }

  private static void assertSameResults(Path folder) throws IOException {
    assertEquals(TinyJob.results(uninterrupted), TinyJob.results(folder));
    assertEquals(withoutTimes(uninterrupted), withoutTimes(folder));
    assertFalse(Files.exists(folder.resolve("checkpoint.zip")), "the checkpoint is left behind");
  }

  @Test
  void job_stoppedAfterEveryBatch_givesTheSameResults() throws IOException {
    Path folder = runs.resolve("run");

    assertThrows(InterruptedRunException.class, () -> TinyJob.run(folder, false, () -> true));
    assertFalse(Files.exists(folder.resolve("report.json")), "a report of an unfinished run");
    for (int batch = 2; batch <= TinyJob.BATCHES; batch++) {
      assertThrows(InterruptedRunException.class, () -> TinyJob.run(folder, true, () -> true));
    }
    TinyJob.run(folder, true, () -> false);

    assertSameResults(folder);
  }

  @Test
  void process_terminatedInTraining_savesSaysHowAndContinues()
      throws IOException, InterruptedException {
    Path config = Files.writeString(runs.resolve("tiny.yaml"), TinyJob.YAML);
    List<String> arguments = List.of("train", config.toString(), "--out", runs.toString());

    Process first = start(arguments);
    List<String> lines = new ArrayList<>();
    try (BufferedReader err =
        new BufferedReader(new InputStreamReader(first.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = err.readLine(); line != null; line = err.readLine()) {
        lines.add(line);
        if (line.startsWith("float  20 %")) {
          // Not Process.destroy: it closes the stream that is being read.
          first.toHandle().destroy();
        }
      }
    }
    assertTrue(first.waitFor(60, TimeUnit.SECONDS), "the process did not end: " + lines);
    assertEquals(130, first.exitValue(), lines::toString);
    assertEquals(
        "Continue with: ./qat4j train " + config + " --out " + runs + " --resume",
        lines.get(lines.size() - 1),
        lines::toString);
    assertFalse(
        Files.exists(runs.resolve("tiny/float.zip")), "it had finished before it was told to stop");

    List<String> again = new ArrayList<>(arguments);
    again.add("--resume");
    Process second = start(again);
    List<String> rest = second.errorReader(StandardCharsets.UTF_8).lines().toList();
    assertTrue(second.waitFor(60, TimeUnit.SECONDS), "the process did not end");
    assertEquals(0, second.exitValue(), rest::toString);
    assertSameResults(runs.resolve("tiny"));
  }

  private Process start(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(Qat4j.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    // Not -cp: ONNX Runtime 1.29 crashes when the command line is longer than 4,096 bytes.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return builder.start();
  }
}
