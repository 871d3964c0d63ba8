package org.qat4j.cli.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.qat4j.cli.error.UserException;

/**
 * The four IDX files of MNIST in one folder, under the names that they are published with, gzip or
 * not.
 */
public final class MnistFolder {
  private static final int CLASSES = 10;

  private final Path folder;

  /** The four files are looked for when they are read. */
  public MnistFolder(Path folder) {
    this.folder = folder;
  }

  /** The first images for learning. */
  public Labelled train(int count) {
    return read("train", count);
  }

  /** The first images for testing. */
  public Labelled test(int count) {
    return read("t10k", count);
  }

  private Labelled read(String part, int count) {
    Path images = find(part + "-images", "idx3-ubyte");
    Path labels = find(part + "-labels", "idx1-ubyte");
    return IdxReader.labelled(images, labels, CLASSES).first(count, images.toString());
  }

  private Path find(String stem, String suffix) {
    if (!Files.isDirectory(folder)) {
      throw new UserException(
          "no folder "
              + folder
              + ": give the folder of the four MNIST files with --data or as data.folder");
    }
    return Stream.of("-" + suffix, "-" + suffix + ".gz", "." + suffix, "." + suffix + ".gz")
        .map(end -> folder.resolve(stem + end))
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(() -> new UserException(missing(stem + "-" + suffix)));
  }

  private String missing(String name) {
    return folder + ": no file " + name + " or " + name + ".gz; the folder holds " + listing();
  }

  private String listing() {
    try (Stream<Path> files = Files.list(folder)) {
      String names =
          files
              .map(file -> file.getFileName().toString())
              .sorted()
              .limit(8)
              .collect(Collectors.joining(", "));
      return names.isEmpty() ? "nothing" : names;
    } catch (java.io.IOException e) {
      throw new UserException("cannot list " + folder + " (" + e + ")", e);
    }
  }
}
