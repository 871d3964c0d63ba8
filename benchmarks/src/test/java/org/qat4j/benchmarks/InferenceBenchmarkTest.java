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
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qat4j.cli.report.Conditions;
import org.qat4j.cli.report.Environment;
import org.qat4j.cli.speed.ModelContest;
import org.qat4j.cli.speed.Ratio;
import org.qat4j.cli.speed.RawFloats;
import org.qat4j.cli.speed.Samples;
import org.qat4j.cli.speed.Timing;
import org.qat4j.cli.speed.Turns;
import picocli.CommandLine;

@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
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
        "--seconds | 0 | --seconds must be > 0: 0.0",
        "--warm-up | -1 | --warm-up must be >= 0: -1.0"
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
  void oneRound_ofEveryEngine_writesItsRatios() throws IOException {
    Path model = SmallModel.of(MeasuredNetwork.L.image()).save(folder.resolve("L_qdq_u8_f.onnx"));
    // Any file that ONNX Runtime runs.
    Files.copy(model, folder.resolve("L_fp32.onnx"));
    float[] images = new float[64 * MeasuredNetwork.L.image().elements()];
    for (int i = 0; i < images.length; i++) {
      images[i] = i % 7 / 7f;
    }
    RawFloats.write(folder.resolve("L.io"), images);
    StringWriter text = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        InferenceBenchmark.commandLine().setOut(new PrintWriter(text)).setErr(new PrintWriter(err));

    int status =
        command.execute(
            "--models", folder.toString(),
            "--networks", "L",
            "--batches", "2",
            "--threads", "1",
            "--rounds", "1",
            "--seconds", "0.01",
            "--warm-up", "0",
            "--out", folder.resolve("out.json").toString(),
            "--report", folder.toString());

    assertEquals(0, status, err.toString());
    assertTrue(
        text.toString()
            .contains(
                "L, batch 2, threads 1: 2 of 2 classes agree, largest difference 0.0, 0 of 3,336"
                    + " codes differ"),
        text.toString());
    JsonNode lines = new ObjectMapper().readTree(folder.resolve("out.json").toFile());
    assertEquals(
        List.of("qat4j", "ort-int8", "ort-fp32", "dl4j-fp32"), lines.findValuesAsText("engine"));
    JsonNode own = lines.get(0);
    assertEquals(
        lines.get(1).get("medianMs").doubleValue() / own.get("medianMs").doubleValue(),
        own.get("ratioToOrtInt8").get("value").doubleValue(),
        1e-9);
    assertTrue(Files.exists(folder.resolve("benchmarks.svg")));
  }

  @Test
  void report_ofAComparison_showsTimesRatiosAndTheFractionOfThePeak() throws Exception {
    List<Timing> timings =
        List.of(
            new Timing("qat4j", new Samples(0.5, 0.5, 0.4)),
            new Timing("ort-int8", new Samples(0.8, 0.9, 0.875)));
    Environment environment =
        new Environment("JVM 17", "Linux", "A processor", 4, Map.of("oneDNN", "3.11"));
    // 100 M multiply-accumulates in 0.5 ms are 400 GOPS, of 2 x 1000.
    ModelContest contest = new ModelContest(timings, "all agree");
    Comparison comparison = new Comparison(MeasuredNetwork.L, 32, 2, contest, 100_000_000);
    Conditions conditions =
        new Conditions(
            environment, List.of("ORT 1.29.0"), List.of(), 1000, 0.5, new Turns(3, 0.3, 2));

    new BenchmarkReport(conditions, List.of(comparison)).write(folder);

    String page = Files.readString(folder.resolve("benchmarks.md"));
    assertTrue(page.contains("| L | 32 | 2 | 0.500: 1.75 (1.70–1.99) | 0.875 | 20 % |\n"), page);
    assertTrue(
        page.contains("| processor | A processor, 4 processors, load average before the run 0.5 |"),
        page);
    assertTrue(page.contains("| int8 peak | 1000 GOPS a thread: "), page);
    assertTrue(page.contains("| versions | oneDNN 3.11, ORT 1.29.0 |"), page);
    assertTrue(page.contains(Ratio.DEFINITION), page);
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
