package org.qat4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RecurrentBenchmarkTest {
  @TempDir private Path folder;

  private final StringWriter err = new StringWriter();

  private int execute(String... options) {
    List<String> all = new ArrayList<>(List.of("--out", folder.resolve("out.json").toString()));
    all.addAll(List.of(options));
    CommandLine command =
        RecurrentBenchmark.commandLine()
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err));
    return command.execute(all.toArray(new String[0]));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--threads | 0 | --threads must be >= 1: 0",
        "--rounds | 0 | --rounds must be >= 1: 0",
        "--words | 0 | --words, --embedding, --hidden and --layers must be >= 1"
      })
  void number_outOfRange_isRefused(String option, String value, String message) {
    assertEquals(2, execute(option, value));
    assertEquals(message, err.toString().lines().findFirst().orElse(""));
  }

  /** The losses are compared by the program. */
  @Test
  void oneRound_ofASmallNetwork_computesTheSameInAllEngines() throws IOException {
    assertEquals(
        0,
        execute(
            "--words=40", "--embedding=6", "--hidden=8", "--layers=2", "--rounds=1", "--warm-up=0"),
        err.toString());

    JsonNode lines = new ObjectMapper().readTree(folder.resolve("out.json").toFile());
    assertEquals(
        List.of("dl4j", "qat4j", "qat4j", "qat4j", "ort", "ort", "ort"),
        lines.findValuesAsText("engine"));
    for (JsonNode line : lines) {
      assertEquals(Math.log(40), line.get("loss").doubleValue(), 0.3);
      assertTrue(line.get("seconds").doubleValue() > 0, line.toPrettyString());
      assertTrue(line.get("megabytes").doubleValue() > 0, line.toPrettyString());
      assertEquals(1, line.get("threads").intValue());
    }
  }
}
