package org.qat4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InferenceOfPreparedTest {
  @TempDir private Path folder;

  private List<String> run(String ompThreads, int status) throws IOException, InterruptedException {
    Path text = folder.resolve("text");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            InferenceOfPrepared.class.getName(),
            "--batch",
            "2",
            "--rounds",
            "3",
            "--warm-up",
            "1");
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("OMP_NUM_THREADS", ompThreads);
    Process process = builder.redirectErrorStream(true).redirectOutput(text.toFile()).start();
    assertEquals(status, process.waitFor(), () -> text.toString());
    return Files.readAllLines(text, StandardCharsets.UTF_8);
  }

  @Test
  void threeRounds_ofTwoImages_printBothTimesAndTheirRatio() throws Exception {
    List<String> lines = run("1", 0);
    List<String> last = lines.subList(lines.size() - 3, lines.size());
    assertTrue(last.get(0).matches("output\\(\\) of .* [\\d.]+ ms \\(.*\\)"), last::toString);
    assertTrue(last.get(1).matches("InferenceSession.run .* ms \\(.*\\)"), last::toString);
    assertTrue(last.get(2).matches("ratio +[\\d.]+ +\\(.*\\)"), last::toString);
  }

  @Test
  void twoThreads_areRefused() throws Exception {
    List<String> lines = run("2", 2);
    assertTrue(
        lines.stream().anyMatch(line -> line.contains("OMP_NUM_THREADS=1")), lines::toString);
  }
}
