package org.qat4j.examples.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report as a few lines for the terminal. */
public final class ReportText {
  private ReportText() {}

  /** The four columns and the proofs, with a line break at the end. */
  public static String render(Report report) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "accuracy", "size", "MACs in integers", "speed"));
    Report.Accuracy accuracy = report.accuracy();
    Report.Size size = report.size();
    Report.Speed speed = report.speed();
    double share = report.compute().integerShare();
    rows.add(
        row(
            "float DL4J",
            accuracy.floatNetwork(),
            size.floatBytes(),
            0,
            speed.floatImagesPerSecond()));
    rows.add(
        row("QAT network", accuracy.qat(), size.qatBytes(), share, speed.qatImagesPerSecond()));
    rows.add(
        row("INT8 model", accuracy.int8(), size.int8Bytes(), share, speed.int8ImagesPerSecond()));
    Report.Codes codes = report.codes();
    Report.Ort ort = report.ort();
    return table(rows)
        + format(
            "%ncodes: %,d compared on %,d test images, %,d differ%nONNX Runtime %s agrees on %,d of %,d classes%n"
                + "%,d MACs an image; speed at batch %d, DL4J on %d thread%s, INT8 on %d%n",
            codes.compared(),
            accuracy.images(),
            codes.mismatched(),
            ort.version(),
            ort.agreeing(),
            ort.of(),
            report.compute().macs(),
            speed.batch(),
            speed.dl4jThreads(),
            speed.dl4jThreads() == 1 ? "" : "s",
            speed.int8Threads());
  }

  private static List<String> row(
      String name, double accuracy, long bytes, double share, double speed) {
    return List.of(
        name,
        format("%.2f %%", 100 * accuracy),
        format("%,d B", bytes),
        format("%.0f %%", 100 * share),
        format("%,.0f images/s", speed));
  }

  /**
   * Columns as wide as their widest cell; the first one is aligned to the left, numbers to the
   * right.
   */
  public static String table(List<List<String>> rows) {
    int columns = rows.get(0).size();
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        int column = c;
        int width = rows.stream().mapToInt(r -> r.get(column).length()).max().orElse(1);
        line.append(format((c == 0 ? "%-" : "  %") + Math.max(1, width) + "s", row.get(c)));
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
