package org.qat4j.jobs.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.cli.Qat4j;
import org.qat4j.testing.ChildProcess;

/** What a start of the whole command line loads. */
class StartTest {
  private static final String MODEL = "../../qat-core/src/test/resources/onnx/lenet.onnx";

  @TempDir private Path folder;

  /** The names of all classes, those of the processes that it starts included. */
  private List<String> loaded(String arguments) throws IOException, InterruptedException {
    Path log = folder.resolve("classes-%p.txt");
    List<String> command = new ArrayList<>();
    command.add(ChildProcess.java());
    command.add("-Xlog:class+load:file=" + log + ":none");
    command.add(Qat4j.class.getName());
    command.addAll(List.of(arguments.split(" ")));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    assertEquals(0, ChildProcess.start(builder, Duration.ofMinutes(2)).waitFor());
    List<String> classes = new ArrayList<>();
    try (Stream<Path> logs =
        Files.list(folder).filter(file -> file.toString().contains("classes-"))) {
      for (Path one : logs.toList()) {
        classes.addAll(Files.readAllLines(one));
      }
    }
    return classes;
  }

  private static List<String> ofTraining(List<String> classes) {
    return classes.stream()
        .filter(
            name ->
                name.matches(
                    "(org\\.(nd4j|deeplearning4j|qat4j\\.(layers|training|kernels))|freemarker|org\\.apache\\.logging)\\..*"))
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "inspect " + MODEL,
        "bench --rounds 1 --seconds 0.01 --warm-up 0 --batch 2 " + MODEL,
        "run --help",
        "train --help",
        "quantize --help"
      })
  void command_besideDeeplearning4j_loadsNothingOfIt(String arguments) throws Exception {
    List<String> classes = loaded(arguments);

    assertTrue(
        classes.stream().anyMatch(name -> name.startsWith(QuickstartCommand.class.getName())));
    assertEquals(List.of(), ofTraining(classes));
  }

  /** That the class path holds it, and that it would be seen. */
  @Test
  void quickstart_loadsDeeplearning4j() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("job.yaml"),
            "data:\n  train: 20\n  test: 10\nfloat:\n  epochs: 1\nqat:\n  epochs: 1\n");

    assertTrue(ofTraining(loaded("train " + config + " --out " + folder)).size() > 100);
  }
}
