package org.qat4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qat4j.examples.report.Environment;
import picocli.CommandLine;

class InferenceBenchmarkTest {
  @TempDir private Path folder;

  private String firstError(String... options) {
    StringWriter err = new StringWriter();
    CommandLine command = InferenceBenchmark.commandLine().setErr(new PrintWriter(err));
    String[] all = new String[options.length + 4];
    List.of("--models", folder.toString(), "--out", folder.resolve("out.json").toString())
        .toArray(all);
    System.arraycopy(options, 0, all, 4, options.length);
    assertEquals(2, command.execute(all), err.toString());
    assertTrue(Files.notExists(folder.resolve("out.json")), "results of nothing");
    return err.toString().lines().findFirst().orElse("");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--batches | 0 | --batches must be >= 1: [0]",
        "--threads | 1,-2 | --threads must be >= 1: [1, -2]",
        "--rounds | 0 | --rounds must be >= 1: 0",
        "--seconds | 0 | --seconds must be > 0: 0.0"
      })
  void number_outOfRange_isRefused(String option, String value, String message) {
    assertEquals(message, firstError(option, value));
  }

  @Test
  void network_unknown_isRefusedWithThoseThatExist() {
    assertEquals(
        "Invalid value for option '--networks' (<networks>): expected one of [L, R, V]"
            + " (case-sensitive) but was 'X'",
        firstError("--networks", "X"));
  }

  @Test
  void models_withoutAFile_isRefusedWithItsName() throws IOException {
    Files.createFile(folder.resolve("L_qdq_u8_f.onnx"));
    assertEquals(
        "--models: there is no file " + folder.resolve("L_fp32.onnx"),
        firstError("--networks", "L"));
  }

  @Test
  void median_ofRounds_isTheMiddleOne() {
    assertEquals(3, Medians.of(9, 1, 3));
    assertEquals(3, Medians.of(1, 3));
  }

  @Test
  void report_ofAComparison_showsTimesRatiosAndTheFractionOfThePeak() throws Exception {
    List<Line> lines =
        List.of(
            new Line(Network.L, 32, 2, "qat4j", 0.5, 1.75),
            new Line(Network.L, 32, 2, "ort-int8", 0.875, 1));
    Environment environment =
        new Environment("JVM 17", "Linux", "A processor", 4, Map.of("oneDNN", "3.11"));
    // 100 M multiply-accumulates in 0.5 ms are 400 GOPS, of 2 x 1000.
    Comparison comparison = new Comparison(lines, 100_000_000);
    Conditions conditions = new Conditions(environment, List.of(), "1.29.0", 1000, 7, 0.3);

    new BenchmarkReport(conditions, List.of(comparison)).write(folder);

    String page = Files.readString(folder.resolve("benchmarks.md"));
    assertTrue(page.contains("| L | 32 | 2 | 0.500 (1.75) | 0.875 (1.00) | 20 % |\n"), page);
    assertTrue(page.contains("| processor | A processor, 4 processors |"), page);
    assertEquals(0.2, comparison.fractionOfPeak(1000), 1e-12);
    DocumentBuilderFactory xml = DocumentBuilderFactory.newDefaultInstance();
    xml.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    assertEquals(
        "svg",
        xml.newDocumentBuilder()
            .parse(folder.resolve("benchmarks.svg").toFile())
            .getDocumentElement()
            .getTagName());
  }
}
