package org.qat4j.jobs.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.qat4j.cli.report.TextTable;

/** A report of quantization without training as a few lines for the terminal. */
public final class QuantizationText {
  private QuantizationText() {}

  /** The table and the proof, with a line break at the end. */
  public static String render(QuantizationReport report) {
    QuantizationReport.Accuracy accuracy = report.accuracy();
    return TextTable.of(
            List.of(
                List.of("", "accuracy", "drop", "size", "MACs in integers"),
                List.of(
                    "float",
                    percent(accuracy.floatNetwork()),
                    "",
                    bytes(report.size().floatBytes()),
                    "0 %"),
                List.of(
                    "quantized",
                    percent(accuracy.int8()),
                    format("%.2f points", accuracy.drop()),
                    bytes(report.size().int8Bytes()),
                    format("%.0f %%", 100 * report.compute().integerShare()))))
        + format(
            "%naccuracy on %,d test images; codes: %,d compared on %,d of them, %,d differ%n%s%n",
            accuracy.images(),
            report.codes().compared(),
            report.compared(),
            report.codes().mismatched(),
            seconds(report.seconds()));
  }

  private static String seconds(Map<String, Double> seconds) {
    return seconds.entrySet().stream()
        .map(part -> format("%s %.1f s", part.getKey(), part.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String percent(double fraction) {
    return format("%.2f %%", 100 * fraction);
  }

  private static String bytes(long count) {
    return format("%,d B", count);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
