package org.qat4j.cli.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.qat4j.cli.error.UserException;

/** The parts of a data set in one kind of files. */
interface DataSource {
  /** The part of that name, train or test, if files say of which part they are. */
  Optional<DataPart> part(String name);

  /** All of it, where no file says of which part it is. */
  DataPart whole();

  /**
   * The kind of files that are at a path.
   *
   * @throws UserException if there are none that are understood
   */
  static DataSource of(
      Path path, InputSpec network, ClassSet classes, Reading reading, boolean needsLabels) {
    List<Path> tables = tables(path);
    if (!tables.isEmpty()) {
      return CsvFiles.of(tables, network, classes, reading, needsLabels);
    }
    if (!Files.isDirectory(path) && !ImageFiles.isArchive(path)) {
      throw new UserException(
          path + ": is no folder, tar archive or CSV file (*.csv, *.tsv) of examples");
    }
    return hasIdx(path)
        ? new IdxFolder(path, files(path), network, classes.count(), reading)
        : ClassFolders.read(path, network, reading);
  }

  /** Whether the files at a path say the classes themselves, so that no folders need to. */
  static boolean saysClasses(Path path) {
    return !tables(path).isEmpty() || hasIdx(path);
  }

  /** What is for testing, if there is such a part, or else everything. */
  static DataPart forTesting(Path path, InputSpec network, ClassSet classes, Reading reading) {
    DataSource source = of(path, network, classes, reading, false);
    return source.part("test").orElseGet(source::whole);
  }

  private static boolean hasIdx(Path path) {
    return Files.isDirectory(path) && files(path).stream().anyMatch(IdxFolder::isImages);
  }

  /** The CSV files at a path. */
  static List<Path> tables(Path path) {
    List<Path> files = Files.isDirectory(path) ? files(path) : List.of(path);
    return files.stream().filter(DataSource::isCsv).toList();
  }

  private static boolean isCsv(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return (name.endsWith(".csv") || name.endsWith(".tsv")) && !Files.isDirectory(file);
  }

  /** The files of a folder; none where images in it and its folders are the examples. */
  private static List<Path> files(Path folder) {
    if (!ImageFiles.folder(folder).isEmpty()) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UserException("cannot list " + folder + " (" + e + ")", e);
    }
  }
}
