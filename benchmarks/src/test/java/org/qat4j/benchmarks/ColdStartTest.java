package org.qat4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.graph.Shape;
import picocli.CommandLine;

@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ColdStartTest {
  @TempDir private Path folder;

  @Test
  void oneRun_ofASmallModel_printsMediansWithTheirQuartiles() throws IOException {
    Path model = SmallModel.of(Shape.of(1, 28, 28)).save(folder.resolve("model.onnx"));
    StringWriter text = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        ColdStart.commandLine().setOut(new PrintWriter(text)).setErr(new PrintWriter(err));

    int status =
        command.execute(
            "--model", model.toString(),
            "--class-path", System.getProperty("java.class.path"),
            "--runs", "1");

    assertEquals(0, status, err.toString());
    List<String> lines = text.toString().lines().toList();
    assertTrue(lines.get(0).contains("int8 peak"), lines.get(0));
    assertTrue(
        lines.get(3).matches("load \\+ first inference +[\\d.]+ ms \\([\\d.]+–[\\d.]+\\)"),
        lines.get(3));
  }
}
