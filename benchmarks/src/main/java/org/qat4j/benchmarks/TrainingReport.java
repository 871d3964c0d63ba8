package org.qat4j.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.qat4j.cli.report.Conditions;
import org.qat4j.cli.speed.Ratio;

/** The comparison of training steps as a page. */
record TrainingReport(Conditions conditions, List<TrainingComparison> comparisons) {
  TrainingReport {
    comparisons = List.copyOf(comparisons);
  }

  /** Writes {@code training-benchmarks.md} into the folder. */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("training-benchmarks.md"), markdown(), StandardCharsets.UTF_8);
  }

  /** The table, header first. */
  static List<List<String>> rows(List<TrainingComparison> comparisons) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "network",
            "engine",
            "mode",
            "threads",
            "median ms",
            "x dl4j float",
            "x pytorch, same mode",
            "first loss",
            "native MiB"));
    comparisons.stream()
        .flatMap(comparison -> comparison.lines().stream())
        .map(TrainingReport::row)
        .forEach(rows::add);
    return rows;
  }

  private static List<String> row(TrainingComparison.Line line) {
    return List.of(
        line.network(),
        line.engine(),
        line.mode(),
        Integer.toString(line.threads()),
        Ratio.digits(line.medianMs()),
        line.ratioToDl4jFloat().toString(),
        line.ratioToPyTorch() == null ? "-" : line.ratioToPyTorch().toString(),
        String.format(Locale.ROOT, "%.5f", line.firstLoss()),
        line.nativeMiB() == null ? "-" : String.format(Locale.ROOT, "%,.0f", line.nativeMiB()));
  }

  private String markdown() {
    StringBuilder table = new StringBuilder();
    List<List<String>> rows = rows(comparisons);
    for (int r = 0; r < rows.size(); r++) {
      table.append("| ").append(String.join(" | ", rows.get(r))).append(" |\n");
      table.append(r == 0 ? "|---".repeat(rows.get(0).size()) + "|\n" : "");
    }
    return String.format(
        Locale.ROOT,
        """
        # Training benchmarks

        Written by `benchmarks/training.sh --report docs`; run it to measure your machine. **Ratios differ by processor**: they
        hold for the one named here. [training-performance.md](training-performance.md) has those of others, and what was found.

        %s
        One training step of a batch of %d with Adam, one in each round, after one that is not measured. Each ratio says how many
        times as fast. All engines start from the same weights and the same batch; the first loss shows that they compute the same
        function. PyTorch runs eager mode from Java, channels last, with MKL; `bfloat16` is autocast and compared with PyTorch's
        float32. Native MiB is the peak of memory outside the Java heap.

        %s""",
        conditions.markdown(),
        TrainingCase.BATCH,
        table);
  }
}
