package org.qat4j.cli.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.qat4j.cli.error.UserException;

/** One CSV file, or two that are called train and test. */
final class CsvFiles implements DataSource {
  private static final Pattern NUMBER = Pattern.compile("0|[1-9]\\d{0,8}");

  private final List<CsvTable> tables;
  private final ClassSet classes;
  private final Reading reading;
  private final List<String> names;

  private CsvFiles(List<CsvTable> tables, ClassSet classes, Reading reading) {
    this.tables = tables;
    this.classes = classes;
    this.reading = reading;
    this.names = names();
  }

  /**
   * Reads them.
   *
   * @throws UserException if one is damaged, or the network takes something else
   */
  static CsvFiles of(
      List<Path> files, InputSpec network, ClassSet classes, Reading reading, boolean needsLabels) {
    if (!network.isRows()) {
      throw new UserException(
          files.get(0)
              + ": holds rows of features, but "
              + network.network()
              + " takes images; give a folder of images for each class");
    }
    List<CsvTable> tables =
        files.stream()
            .map(file -> CsvTable.read(file, network.features(), reading.label(), needsLabels))
            .toList();
    requireScaling(network, reading.scaling());
    return new CsvFiles(tables, classes, reading);
  }

  private static void requireScaling(InputSpec network, InputScaling scaling) {
    try {
      scaling.requireNumbersFor(1, network.features());
    } catch (IllegalArgumentException e) {
      throw new UserException(
          network.network()
              + ": its normalizer is not for "
              + network.features()
              + " features: "
              + e.getMessage(),
          e);
    }
  }

  /** Labels that are numbers of classes need not all occur. */
  private List<String> names() {
    if (!classes.names().isEmpty()) {
      return classes.names();
    }
    List<String> found =
        ByClass.names(
            tables.stream().flatMap(table -> table.labels().stream()).distinct().toList());
    boolean numbers =
        found.stream()
            .allMatch(
                name -> NUMBER.matcher(name).matches() && Integer.parseInt(name) < classes.count());
    return numbers
        ? IntStream.range(0, classes.count()).mapToObj(Integer::toString).toList()
        : found;
  }

  @Override
  public Optional<DataPart> part(String name) {
    return tables.size() == 1
        ? Optional.empty()
        : tables.stream().filter(table -> stem(table).equals(name)).findFirst().map(Part::new);
  }

  private static String stem(CsvTable table) {
    String name = table.file().getFileName().toString();
    return name.substring(0, name.lastIndexOf('.'));
  }

  @Override
  public DataPart whole() {
    if (tables.size() > 1) {
      throw new UserException(
          "several CSV files: "
              + tables.stream().map(CsvTable::file).toList()
              + "; give one, or call two of them train.csv and test.csv");
    }
    return new Part(tables.get(0));
  }

  private final class Part implements DataPart {
    private final CsvTable table;
    private final int[] labels;

    Part(CsvTable table) {
      this.table = table;
      this.labels = table.labels().stream().mapToInt(this::label).toArray();
    }

    private int label(String name) {
      int label = names.indexOf(name);
      if (label < 0) {
        throw new UserException(
            where() + ": its class " + name + " is none of " + ClassSet.shortened(names));
      }
      return label;
    }

    @Override
    public String where() {
      return table.file().toString();
    }

    @Override
    public int count() {
      return table.count();
    }

    @Override
    public int[] labels() {
      return labels;
    }

    @Override
    public List<String> names() {
      return names;
    }

    @Override
    public Inputs read(int[] indices) {
      return table.rows(indices, reading.scaling());
    }
  }
}
