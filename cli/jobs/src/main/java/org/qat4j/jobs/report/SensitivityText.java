package org.qat4j.jobs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.qat4j.cli.report.TextTable;
import org.qat4j.posttraining.Quality;
import org.qat4j.posttraining.Sensitivity.OfLayer;

/** A sensitivity report as a table for the terminal. */
public final class SensitivityText {
  private SensitivityText() {}

  /** With a line break at the end. */
  public static String render(SensitivityReport report) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "float network: %s of %,d images%n",
            percent(report.floatAccuracy()),
            report.images()));
    for (SensitivityReport.Width width : report.widths()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n%d bits: %s, %s dB%n%s",
              width.bits(),
              percent(width.quantized().accuracy()),
              decibels(width.quantized().sqnr()),
              TextTable.of(rows(width.layers()))));
    }
    return text.toString();
  }

  private static List<List<String>> rows(List<OfLayer> layers) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "weights", "output", "it alone", "SQNR dB", "all but it", "SQNR dB"));
    for (OfLayer layer : layers) {
      List<String> row = new ArrayList<>();
      row.add(layer.layer());
      row.add(bits(layer.weightBits()));
      row.add(bits(layer.activationBits()));
      addQuality(row, layer.only());
      addQuality(row, layer.allBut());
      rows.add(row);
    }
    return rows;
  }

  private static void addQuality(List<String> row, Quality quality) {
    row.add(percent(quality.accuracy()));
    row.add(decibels(quality.sqnr()));
  }

  private static String bits(int bits) {
    return bits == 0 ? "-" : bits == Float.SIZE ? "float" : Integer.toString(bits);
  }

  private static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * fraction);
  }

  private static String decibels(Optional<Double> decibels) {
    return decibels.map(value -> String.format(Locale.ROOT, "%.1f", value)).orElse("exact");
  }
}
