package org.qat4j.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.cli.Qat4j;
import org.qat4j.jobs.run.InterruptedRunException;
import org.qat4j.testing.ChildProcess;

/** An interrupted and resumed training gives what an uninterrupted one gives, bit for bit. */
class ResumeTest {
  private static final Path SCRIPT = Path.of("/usr/bin/script");
  private static final int CTRL_C = 3;

  /** Of a job of a few seconds, on a machine with much else to do. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

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
  void job_taughtByTheFloatNetwork_resumesToTheSameResults() {
    Optional<Path> given = Optional.of(uninterrupted.resolve("float.zip"));
    String yaml = TinyJob.YAML + "  teacherWeight: 0.5\n  weightBits: 2\n";
    Path whole = runs.resolve("whole");
    TinyJob.run(yaml, given, whole, false, () -> false);
    Path parts = runs.resolve("parts");
    assertThrows(
        InterruptedRunException.class, () -> TinyJob.run(yaml, given, parts, false, () -> true));
    TinyJob.run(yaml, Optional.empty(), parts, true, () -> false);
    assertEquals(TinyJob.results(whole), TinyJob.results(parts));
    Path untaught = runs.resolve("untaught");
    TinyJob.run(yaml.replace("0.5", "0.0"), given, untaught, false, () -> false);
    assertNotEquals(TinyJob.results(whole), TinyJob.results(untaught));
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
    assertEquals(130, first.waitFor(), lines::toString);
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
    assertEquals(0, second.waitFor(), rest::toString);
    assertSameResults(runs.resolve("tiny"));
  }

  /** A progress bar must not take the signal away. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void process_ctrlCOnATerminal_savesACheckpoint() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(SCRIPT), "script, of util-linux, makes the terminal");
    String yaml = TinyJob.YAML.replaceFirst("epochs: \\d+", "epochs: 1000");
    Path config = Files.writeString(runs.resolve("tiny.yaml"), yaml);
    String command =
        String.join(
            " ",
            ChildProcess.java(),
            Qat4j.class.getName(),
            "train",
            config.toString(),
            "--out",
            runs.toString());
    ProcessBuilder builder = new ProcessBuilder(SCRIPT.toString(), "-qefc", command, "/dev/null");
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("TERM", "xterm");
    Process terminal = ChildProcess.start(builder.redirectErrorStream(true), PATIENCE);

    StringBuilder shown = new StringBuilder();
    try (Reader screen = terminal.inputReader(StandardCharsets.UTF_8)) {
      boolean pressed = false;
      for (int c = screen.read(); c >= 0; c = screen.read()) {
        shown.append((char) c);
        if (!pressed && shown.indexOf("loss") >= 0) {
          terminal.getOutputStream().write(CTRL_C);
          terminal.getOutputStream().flush();
          pressed = true;
        }
      }
    }
    assertEquals(130, terminal.waitFor(), shown::toString);
    assertTrue(shown.toString().contains("Continue with: ./qat4j train"), shown::toString);
    assertTrue(Files.exists(runs.resolve("tiny/checkpoint.zip")), shown::toString);
  }

  private static Process start(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ChildProcess.java());
    command.add(Qat4j.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    // Not -cp: ONNX Runtime 1.29 crashes when the command line is longer than 4,096 bytes.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return ChildProcess.start(builder, PATIENCE);
  }
}
