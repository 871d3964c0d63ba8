package org.qat4j.jobs.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {
  private static final Report REPORT = SampleReport.named("sample");

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "/accuracy/float, 0.991",
    "/accuracy/qat, 0.9905",
    "/accuracy/int8, 0.9905",
    "/codes/compared, 196940000",
    "/codes/mismatched, 0",
    "/size/floatBytes, 1725440",
    "/size/int8Bytes, 442989",
    "/size/int8ZipBytes, 321098",
    "/sparsity/weights, 500",
    "/sparsity/zeros, 450",
    "/layers/0/weights/zeros, 450",
    "/speed/floatImagesPerSecond, 1234.5",
    "/speed/int8ImagesPerSecond, 65432.1",
    "/compute/macs, 2293000",
    "/compute/integerShare, 1.0",
    "/ort/agreeing, 9999",
    "/ort/of, 10000",
    "/config/seed, 12345",
    "/layers/0/weights/bits, 8",
    "/layers/0/output/sqnr, 39.2",
    "/training/curves/2/testAccuracy, 0.99",
  })
  void pretty_report_hasTheKey(String pointer, double expected) throws IOException {
    JsonNode json = new ObjectMapper().readTree(ReportJson.pretty(REPORT));

    assertTrue(json.at(pointer).isNumber(), "no number at " + pointer);
    assertEquals(expected, json.at(pointer).asDouble());
  }

  @Test
  void pretty_layerWithoutWeights_leavesThemOut() throws IOException {
    JsonNode layer = new ObjectMapper().readTree(ReportJson.pretty(REPORT)).at("/layers/1");

    assertFalse(layer.has("weights"));
    assertFalse(layer.at("/output").has("sqnr"));
  }

  @Test
  void render_report_showsTheFourColumnsOfEachNetwork() {
    String text = ReportHtml.render(REPORT).replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ");

    assertTrue(text.contains("Accuracy Size Compute Speed"), "headings");
    assertTrue(
        text.contains("Float Deeplearning4j 99.10 % of 10,000 images 1.65 MiB"), "float row");
    assertTrue(
        text.contains("QAT prepared network, own inference 99.05 % -0.05 points"), "QAT row");
    assertTrue(
        text.contains(
            "432.6 KiB 3.9× smaller than float; 313.6 KiB zipped 2.29 M MACs 100 % in integers"
                + " 65,432 images/s"),
        "INT8 row");
    assertTrue(text.contains("8 90.0 % of 500"), "zeros of the layer");
    assertTrue(text.contains("90.0 % of all 500 are exactly 0"), "zeros of all");
  }

  @Test
  void render_textFromOutside_isEscaped() {
    String page = ReportHtml.render(SampleReport.named("</script><script>alert(1)</script>"));

    assertFalse(page.contains("<script>alert"), "the name runs as a script");
    assertTrue(page.contains("folds &lt;b&gt;&amp; clamps"), "the reason is not escaped");
  }

  /** An address inside the chart library's or a namespace's text is no reference. */
  @Test
  void render_page_refersToNothingOutside() {
    String page = ReportHtml.render(REPORT);

    assertFalse(
        Pattern.compile("(src|href)\\s*=\\s*[\"'](?!data:)").matcher(markup(page)).find(),
        "a reference");
    assertFalse(page.contains("sourceMappingURL"), "a source map");
  }

  private static String markup(String page) {
    return page.replaceAll("(?s)<script[^>]*>.*?</script>", "");
  }

  @Test
  void render_text_showsTheProofs() {
    String text = ReportText.render(REPORT);

    assertTrue(
        text.contains("float DL4J    99.10 %  1,725,440 B               0 %   1,235 images/s"),
        text);
    assertTrue(text.contains("196,940,000 compared on 10,000 test images, 0 differ"), text);
    assertTrue(text.contains("agrees on 9,999 of 10,000"), text);
    assertTrue(
        text.contains("90.0 % of 500 weights are zero; model.onnx has 321,098 B in a zip file"),
        text);
  }
}
