package org.qat4j.cli.report;

import java.util.List;

/** Rows of text in columns. */
public final class TextTable {
  private TextTable() {}

  /**
   * Columns as wide as their widest cell; the first one is aligned to the left, numbers to the
   * right.
   */
  public static String of(List<List<String>> rows) {
    int columns = rows.get(0).size();
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        int column = c;
        int width = rows.stream().mapToInt(r -> r.get(column).length()).max().orElse(1);
        line.append(String.format((c == 0 ? "%-" : "  %") + Math.max(1, width) + "s", row.get(c)));
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }
}
