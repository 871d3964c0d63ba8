package org.qat4j.jobs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.qat4j.cli.report.TextTable;

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
    Report.Sparsity sparsity = report.sparsity();
    return TextTable.of(rows)
        + format(
            "%ncodes: %,d compared on %,d test images, %,d differ%nONNX Runtime %s agrees on %,d of %,d classes%n"
                + "%.1f %% of %,d weights are zero; model.onnx has %,d B in a zip file%n"
                + "%,d MACs an image; speed at batch %d, DL4J on %d thread%s, INT8 on %d%n",
            codes.compared(),
            accuracy.images(),
            codes.mismatched(),
            ort.version(),
            ort.agreeing(),
            ort.of(),
            100.0 * sparsity.zeros() / Math.max(1, sparsity.weights()),
            sparsity.weights(),
            size.int8ZipBytes(),
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

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
