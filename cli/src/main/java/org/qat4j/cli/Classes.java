package org.qat4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.qat4j.cli.data.ClassSet;
import org.qat4j.cli.data.InputSource;
import org.qat4j.cli.error.UserException;

/**
 * What the classes of a model are called.
 *
 * @param names in the order of the model's outputs; empty if nothing says
 */
record Classes(List<String> names) {

  /** The names in a file, one on each line. */
  static Classes read(Path file, int count) throws IOException {
    List<String> names =
        Files.readAllLines(file).stream().map(String::strip).filter(n -> !n.isEmpty()).toList();
    if (names.size() != count || new HashSet<>(names).size() != count) {
      throw new UserException(
          file
              + ": holds "
              + names.size()
              + " names, "
              + new HashSet<>(names).size()
              + " of them different; expected one line for each of the model's "
              + count
              + " classes");
    }
    return new Classes(names);
  }

  /**
   * The names of the images' folders in alphabetical order, as training takes them; empty if there
   * are no folders.
   *
   * @throws UserException if that order cannot be the model's
   */
  static Classes of(InputSource source, Path input, int count) {
    List<String> folders =
        List.copyOf(
            IntStream.range(0, source.count())
                .boxed()
                .flatMap(i -> source.folder(i).stream())
                .collect(Collectors.toCollection(TreeSet::new)));
    if (!folders.isEmpty() && folders.size() != count) {
      throw new UserException(
          input
              + ": holds images of "
              + folders.size()
              + " classes "
              + ClassSet.shortened(folders)
              + ", but the model has "
              + count
              + "; name all of them, in the model's order, with --classes FILE");
    }
    if (isAmbiguous(folders)) {
      throw new UserException(
          input
              + ": its folders are numbers, whose order and alphabetical order differ "
              + ClassSet.shortened(folders)
              + "; name them, in the model's order, with --classes FILE");
    }
    return new Classes(folders);
  }

  private static boolean isAmbiguous(List<String> folders) {
    return folders.stream().allMatch(name -> name.matches("\\d{1,9}"))
        && IntStream.range(1, folders.size())
            .anyMatch(i -> Integer.parseInt(folders.get(i - 1)) > Integer.parseInt(folders.get(i)));
  }

  /** The class of each image, by its folder; empty if there are no folders. */
  Optional<int[]> labels(InputSource source, Path input) {
    if (source.folder(0).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        IntStream.range(0, source.count())
            .map(i -> label(source.folder(i).orElseThrow(), input))
            .toArray());
  }

  private int label(String folder, Path input) {
    int label = names.indexOf(folder);
    if (label < 0) {
      throw new UserException(
          input
              + ": its folder "
              + folder
              + " is none of the classes "
              + ClassSet.shortened(names));
    }
    return label;
  }

  /** The name of a class, or else its number. */
  String name(int label) {
    return names.isEmpty() ? Integer.toString(label) : names.get(label);
  }
}
