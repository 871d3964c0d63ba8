package org.qat4j.cli.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.qat4j.cli.error.UserException;

/**
 * A CSV file of features, a row for each example, and perhaps a column that says its class. A first
 * row without numbers among the features is a header. Separators are commas, semicolons or tabs;
 * cells may be quoted.
 */
final class CsvTable {
  private static final String SEPARATORS = ",;\t";

  private final Path file;
  private final int features;
  private final List<double[]> rows = new ArrayList<>();
  private final List<String> labels = new ArrayList<>();
  private char separator;
  private int columns;

  /** Position of the column with the classes; -1 if there is none. */
  private int label;

  private List<String> header = List.of();

  private CsvTable(Path file, int features) {
    this.file = file;
    this.features = features;
  }

  /**
   * Reads the file.
   *
   * @param features how many a network takes
   * @param label the column that says the class: its name, or its number from 1; empty for the last
   * @param needsLabel whether there must be such a column
   * @throws UserException if a cell is no number, or rows have other columns
   */
  static CsvTable read(Path file, int features, String label, boolean needsLabel) {
    CsvTable table = new CsvTable(file, features);
    try (Stream<String> lines = Files.lines(file)) {
      int number = 0;
      for (String line : (Iterable<String>) lines::iterator) {
        number++;
        if (!line.isBlank()) {
          table.add(number, line, label, needsLabel);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof MalformedInputException
          ? new UserException(file + ": not a text file in UTF-8", e)
          : new UserException("cannot read " + file + " (" + e.getCause() + ")", e);
    } catch (IOException e) {
      throw new UserException("cannot read " + file + " (" + e + ")", e);
    }
    if (table.rows.isEmpty()) {
      throw new UserException(file + ": holds no rows of numbers");
    }
    return table;
  }

  private void add(int line, String text, String wantedLabel, boolean needsLabel) {
    boolean first = columns == 0;
    if (first) {
      separator = separator(text);
    }
    List<String> cells = cells(line, text);
    if (first) {
      columns = cells.size();
      requireColumns(needsLabel);
      label = columns == features ? -1 : label(cells, wantedLabel);
      if (isHeader(cells)) {
        header = cells;
        return;
      }
    }
    if (cells.size() != columns) {
      throw new UserException(
          at(line) + ": has " + cells.size() + " cells, but the first row has " + columns);
    }
    addRow(line, cells);
  }

  private void requireColumns(boolean needsLabel) {
    boolean fits = columns == features + 1 || (columns == features && !needsLabel);
    if (!fits) {
      throw new UserException(
          file
              + ": has "
              + columns
              + " columns; the network takes "
              + features
              + " features, so that "
              + (features + 1)
              + " are expected, one of them the class");
    }
  }

  private int label(List<String> cells, String wanted) {
    if (wanted.isEmpty()) {
      return columns - 1;
    }
    int named = cells.indexOf(wanted);
    if (named >= 0) {
      return named;
    }
    if (wanted.matches("\\d{1,6}")
        && Integer.parseInt(wanted) >= 1
        && Integer.parseInt(wanted) <= columns) {
      return Integer.parseInt(wanted) - 1;
    }
    throw new UserException(
        file
            + ": has no column '"
            + wanted
            + "' for the classes; its first row is "
            + cells
            + "; set data.label to one of these names or to a number from 1 to "
            + columns);
  }

  private boolean isHeader(List<String> cells) {
    return IntStream.range(0, columns)
        .filter(column -> column != label)
        .allMatch(column -> number(cells.get(column)).isEmpty());
  }

  private void addRow(int line, List<String> cells) {
    double[] row = new double[features];
    int at = 0;
    for (int column = 0; column < columns; column++) {
      String cell = cells.get(column);
      if (column == label) {
        labels.add(requireLabel(line, cell));
      } else {
        int position = column;
        row[at++] = number(cell).orElseThrow(() -> noNumber(line, position, cell));
      }
    }
    rows.add(row);
  }

  private String requireLabel(int line, String cell) {
    if (cell.isEmpty()) {
      throw new UserException(at(line) + ": the class in " + column(label) + " is missing");
    }
    return cell;
  }

  private UserException noNumber(int line, int column, String cell) {
    return new UserException(
        at(line)
            + ": "
            + column(column)
            + " is "
            + (cell.isEmpty() ? "empty" : "'" + cell + "'")
            + ", which is no number; the class is in "
            + (label < 0 ? "no column" : column(label)));
  }

  private String column(int column) {
    return "column " + (column + 1) + (header.isEmpty() ? "" : " ('" + header.get(column) + "')");
  }

  private String at(int line) {
    return file + ":" + line;
  }

  /** Decimal and finite; Java's own forms such as 1f and 0x1p3 are none. */
  private static Optional<Double> number(String cell) {
    if (cell.isEmpty() || !cell.chars().allMatch(c -> "+-.eE0123456789".indexOf(c) >= 0)) {
      return Optional.empty();
    }
    try {
      double value = Double.parseDouble(cell);
      return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static char separator(String line) {
    char best = SEPARATORS.charAt(0);
    for (int i = 1; i < SEPARATORS.length(); i++) {
      char c = SEPARATORS.charAt(i);
      if (count(line, c) > count(line, best)) {
        best = c;
      }
    }
    return best;
  }

  private static long count(String line, char wanted) {
    return line.chars().filter(c -> c == wanted).count();
  }

  private List<String> cells(int line, String text) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        boolean doubled = quoted && i + 1 < text.length() && text.charAt(i + 1) == '"';
        if (doubled) {
          cell.append(text.charAt(++i));
        } else {
          quoted = !quoted;
        }
      } else if (c == separator && !quoted) {
        cells.add(cell.toString().strip());
        cell.setLength(0);
      } else if (c != '\uFEFF') {
        cell.append(c);
      }
    }
    if (quoted) {
      throw new UserException(at(line) + ": a quotation mark is not closed");
    }
    cells.add(cell.toString().strip());
    return cells;
  }

  Path file() {
    return file;
  }

  int count() {
    return rows.size();
  }

  /** The class of each row; empty if no column says. */
  List<String> labels() {
    return labels;
  }

  /** Some rows as a network takes them. */
  Rows rows(int[] indices, InputScaling scaling) {
    float[] values = new float[Math.multiplyExact(indices.length, features)];
    int at = 0;
    for (int index : indices) {
      for (int f = 0; f < features; f++) {
        values[at++] = scaling.scaled(rows.get(index)[f], f);
      }
    }
    return new Rows(indices.length, new int[] {features}, values);
  }
}
