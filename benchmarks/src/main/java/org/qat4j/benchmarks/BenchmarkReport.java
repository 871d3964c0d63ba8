package org.qat4j.benchmarks;

import java.awt.Color;
import java.awt.Rectangle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryLabelPositions;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.svg.SVGGraphics2D;
import org.qat4j.cli.report.Conditions;
import org.qat4j.cli.speed.ModelContest;
import org.qat4j.cli.speed.Ratio;
import org.qat4j.cli.speed.Timing;

/** The comparison of engines as a page and a picture. */
record BenchmarkReport(Conditions conditions, List<Comparison> comparisons) {
  private static final int HEIGHT = 420;
  private static final Color[] COLORS = {
    new Color(0x1b6ca8), new Color(0xe07b39), new Color(0x8f8f8f), new Color(0x5a9e4b)
  };

  BenchmarkReport {
    comparisons = List.copyOf(comparisons);
    if (comparisons.isEmpty()) {
      throw new IllegalArgumentException("a report needs at least one comparison");
    }
  }

  /** Writes {@code benchmarks.md} and {@code benchmarks.svg} into the folder. */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("benchmarks.md"), markdown(), StandardCharsets.UTF_8);
    Files.writeString(folder.resolve("benchmarks.svg"), svg(), StandardCharsets.UTF_8);
  }

  private List<String> engines() {
    return comparisons.get(0).contest().timings().stream().map(Timing::engine).toList();
  }

  private JFreeChart chart() {
    DefaultCategoryDataset ratios = new DefaultCategoryDataset();
    for (Comparison comparison : comparisons) {
      for (Line line : comparison.lines()) {
        ratios.addValue(line.ratioToOrtInt8().value(), line.engine(), label(comparison));
      }
    }
    JFreeChart chart =
        ChartFactory.createBarChart(
            "Speed relative to ONNX Runtime INT8 (higher is better), "
                + conditions.environment().cpu(),
            "network, batch, threads",
            "times as fast",
            ratios);
    chart.setBackgroundPaint(Color.WHITE);
    CategoryPlot plot = chart.getCategoryPlot();
    plot.setBackgroundPaint(Color.WHITE);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    plot.setOutlineVisible(false);
    plot.getDomainAxis().setCategoryLabelPositions(CategoryLabelPositions.UP_45);
    BarRenderer bars = (BarRenderer) plot.getRenderer();
    bars.setBarPainter(new StandardBarPainter());
    bars.setShadowVisible(false);
    bars.setItemMargin(0);
    for (int e = 0; e < COLORS.length; e++) {
      bars.setSeriesPaint(e, COLORS[e]);
    }
    return chart;
  }

  private String svg() {
    int width = Math.max(700, 260 + 44 * comparisons.size());
    SVGGraphics2D picture = new SVGGraphics2D(width, HEIGHT);
    // A fixed prefix keeps the file the same for the same numbers.
    picture.setDefsKeyPrefix("benchmarks");
    chart().draw(picture, new Rectangle(width, HEIGHT));
    return picture.getSVGDocument();
  }

  private static String label(Comparison comparison) {
    return comparison.network() + " " + comparison.batch() + " x" + comparison.threads();
  }

  private String markdown() {
    return String.format(
        Locale.ROOT,
        """
        # Benchmarks

        Written by `benchmarks/inference.sh --report docs`; run it to measure your machine. **Ratios differ by processor**:
        they hold for the one named here. [inference-performance.md](inference-performance.md) has those of others.

        %s
        ![Speed of each engine relative to ONNX Runtime INT8](benchmarks.svg)

        L is LeNet (20, 50, 500 channels), R ResNet-20, V a VGG-like network (64 to 256 channels). Times are of one call on a whole
        batch, in milliseconds; behind them, how many times as fast as ONNX Runtime's INT8. `qat4j` and `ort-int8` run the same file,
        from arrays to arrays, quantization and softmax included, and find the same class for every image. `dl4j-fp32` is stock
        Deeplearning4j with batch norm folded, on an array that is already ND4J's. The last column is the part of the int8 peak
        of all threads that `qat4j` reaches.

        %s""",
        conditions.markdown(),
        table());
  }

  private String table() {
    StringBuilder table = new StringBuilder("| network | batch | threads |");
    engines().forEach(engine -> table.append(' ').append(engine).append(" |"));
    table.append(" of peak |\n|---|---|---|").append("---|".repeat(engines().size() + 1));
    for (Comparison comparison : comparisons) {
      table.append(
          String.format(
              Locale.ROOT,
              "%n| %s | %d | %d |",
              comparison.network(),
              comparison.batch(),
              comparison.threads()));
      for (Line line : comparison.lines()) {
        String ratio = line.engine().equals(ModelContest.ONNX_RUNTIME) ? "" : ratio(line);
        table.append(String.format(" %s%s |", Ratio.digits(line.medianMs()), ratio));
      }
      table.append(' ').append(percent(comparison, conditions.gopsPerThread())).append(" |");
    }
    return table.append('\n').toString();
  }

  private static String ratio(Line line) {
    return ": " + line.ratioToOrtInt8();
  }

  private static String percent(Comparison comparison, double gopsPerThread) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * comparison.fractionOfPeak(gopsPerThread));
  }

  /** One comparison for a terminal. */
  static String lines(Comparison comparison, double gopsPerThread) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s, batch %d, threads %d: %s, qat4j reaches %s of the int8 peak%n",
            comparison.network(),
            comparison.batch(),
            comparison.threads(),
            comparison.contest().agreement(),
            percent(comparison, gopsPerThread)));
    for (Line line : comparison.lines()) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-10s %10s ms   x ort-int8 %s%n",
              line.engine(),
              Ratio.digits(line.medianMs()),
              line.ratioToOrtInt8()));
    }
    return text.toString();
  }
}
