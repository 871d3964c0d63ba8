package org.qat4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.testing.ChildProcess;

/** The commands where they are deployed: with what this module needs, and nothing else. */
class SmallClassPathTest {
  private static final Path MODEL = Path.of("../qat-core/src/test/resources/onnx/lenet.onnx");

  @TempDir private Path folder;

  /** Without what only tests need, and without the peer. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.matches(".*(onnxruntime|junit|archunit|test-classes|testing).*"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private List<String> start(int status, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ChildProcess.java(), Qat4j.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("CLASSPATH", classPath());
    Process process = ChildProcess.start(builder, Duration.ofMinutes(2));
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    assertEquals(status, process.waitFor(), () -> String.join("\n", lines));
    return lines;
  }

  @Test
  void classPath_holdsNoDeeplearning4j() {
    assertTrue(classPath().contains("picocli"), classPath());
    assertFalse(classPath().matches(".*(nd4j|deeplearning4j|openblas).*"), classPath());
  }

  @Test
  void inspect_showsThePlan() throws Exception {
    List<String> lines = start(0, "inspect", MODEL.toString());

    assertTrue(lines.stream().anyMatch(line -> line.startsWith("Plan: ")), lines::toString);
  }

  @Test
  void run_givesClasses() throws Exception {
    ByteBuffer idx = ByteBuffer.allocate(16 + 2 * 64);
    idx.putInt(0x803).putInt(2).putInt(8).putInt(8);
    Path images = Files.write(folder.resolve("images.idx"), idx.array());

    List<String> lines = start(0, "run", MODEL.toString(), "--input", images.toString());

    assertEquals(
        2, lines.stream().filter(line -> line.matches("[01]\t[0-4]")).count(), lines::toString);
  }

  @Test
  void bench_measuresAndNamesNoAbsentLibrary() throws Exception {
    List<String> lines =
        start(
            0,
            "bench",
            MODEL.toString(),
            "--rounds=1",
            "--seconds=0.01",
            "--warm-up=0",
            "--batch=2");

    assertTrue(lines.get(lines.size() - 1).matches("2 +1 +[\\d.]+ ms +[\\d,]+"), lines::toString);
    String versions =
        lines.stream().filter(line -> line.startsWith("versions:")).findFirst().orElseThrow();
    assertTrue(versions.matches("versions: +qat4j \\S+, oneDNN \\S+"), versions);
  }

  @Test
  void bench_againstAnAbsentPeer_saysWhatToAdd() throws Exception {
    assertEquals(
        List.of(
            "qat4j: ONNX Runtime is not on the class path; add"
                + " com.microsoft.onnxruntime:onnxruntime to it"),
        start(1, "bench", MODEL.toString(), "--against", "onnxruntime"));
  }
}
