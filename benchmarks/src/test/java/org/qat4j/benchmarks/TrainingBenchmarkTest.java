package org.qat4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TrainingBenchmarkTest {
  @TempDir private Path folder;

  private final StringWriter err = new StringWriter();

  private int execute(List<String> options) {
    List<String> all = new ArrayList<>(List.of("--out", folder.resolve("out.json").toString()));
    all.addAll(options);
    CommandLine command =
        TrainingBenchmark.commandLine()
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err));
    return command.execute(all.toArray(new String[0]));
  }

  /** One step of each engine. */
  private JsonNode oneRound(TrainedNetwork network, String... more) throws IOException {
    List<String> options = new ArrayList<>(List.of("--networks", network.name()));
    options.addAll(List.of("--threads", "1", "--rounds", "1", "--warm-up", "0"));
    options.addAll(List.of("--report", folder.toString()));
    options.addAll(List.of(more));
    assertEquals(0, execute(options), err.toString());
    return new ObjectMapper().readTree(folder.resolve("out.json").toFile());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--threads | 0 | --threads must be >= 1: 0",
        "--rounds | 0 | --rounds must be >= 1: 0",
        "--warm-up | -1 | --warm-up must be >= 0: -1.0"
      })
  void number_outOfRange_isRefused(String option, String value, String message) {
    assertEquals(2, execute(List.of(option, value)));
    assertEquals(message, err.toString().lines().findFirst().orElse(""));
  }

  @Test
  void oneRound_ofDeeplearning4jAndOurs_startsFromTheSameLoss() throws IOException {
    JsonNode lines = oneRound(TrainedNetwork.LENET);

    assertEquals(List.of("dl4j", "qat4j", "qat4j"), lines.findValuesAsText("engine"));
    assertEquals(List.of("float", "float", "qat"), lines.findValuesAsText("mode"));
    assertEquals(1, lines.get(0).get("ratioToDl4jFloat").get("value").doubleValue());
    assertTrue(lines.get(1).get("ratioToPyTorch").isNull());
    assertTrue(lines.get(1).get("nativeMiB").doubleValue() > 1, lines.toPrettyString());
    assertEquals(
        lines.get(0).get("firstLoss").doubleValue(),
        lines.get(1).get("firstLoss").doubleValue(),
        1e-3);
    String page = Files.readString(folder.resolve("training-benchmarks.md"));
    assertTrue(page.contains("| LeNet | qat4j | qat | 1 | "), page);
  }

  /** Fetches PyTorch where it is not there yet. */
  @Tag("slow")
  @ParameterizedTest(name = "{0}")
  @EnumSource(TrainedNetwork.class)
  void oneRound_ofPyTorch_startsFromTheSameLoss(TrainedNetwork network) throws Exception {
    JsonNode lines = oneRound(network, "--pytorch", pyTorch());

    assertEquals(
        List.of("float", "float", "qat", "float", "bfloat16", "qat"),
        lines.findValuesAsText("mode"));
    assertEquals(
        lines.get(0).get("firstLoss").doubleValue(),
        lines.get(3).get("firstLoss").doubleValue(),
        1e-3);
    assertEquals(1, lines.get(3).get("ratioToPyTorch").get("value").doubleValue());
  }

  private String pyTorch() throws Exception {
    Path classPath = folder.resolve("pytorch.classpath");
    Process maven =
        new ProcessBuilder(
                "../mvnw",
                "-q",
                "-B",
                "-f",
                "pytorch/pom.xml",
                "dependency:build-classpath",
                "-Dmdep.outputFile=" + classPath)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("maven.log").toFile())
            .start();
    boolean ended = maven.waitFor(5, TimeUnit.MINUTES);
    maven.destroyForcibly();
    assertTrue(ended, "Maven did not end in 5 minutes");
    assertEquals(0, maven.exitValue(), () -> read(folder.resolve("maven.log")));
    return Files.readString(classPath);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
