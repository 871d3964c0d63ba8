package org.qat4j.cli.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Inputs that have names and come a few at a time, as a network takes them. */
public sealed interface InputSource extends AutoCloseable permits PictureSource, Examples {
  /**
   * Opens a folder of images, an archive, an image or an IDX file.
   *
   * @param part which part of a data set to take where there are several
   * @param layout of an IDX file of rank 4, where it is known
   * @param target what the network takes
   * @throws org.qat4j.cli.error.UserException if it is none of these, or damaged
   */
  static InputSource open(
      Path path,
      Optional<String> part,
      Optional<IdxImages.Layout> layout,
      PictureSource.Target target)
      throws IOException {
    if (Files.isDirectory(path) || ImageFiles.isArchive(path)) {
      return ImageFolder.read(path, part, target);
    }
    return ImageFiles.isImage(path) || startsAsImage(path)
        ? ImageFolder.file(path, target)
        : IdxImages.read(path, layout, target);
  }

  private static boolean startsAsImage(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(8);
      return PngChunks.isPng(start) || JpegMarkers.isJpeg(start);
    }
  }

  int count();

  /** What tells the input from the others: its file or its number. */
  String name(int input);

  /** The folder that stands for the input's class, if folders do. */
  Optional<String> folder(int input);

  /** The class of each input, if the source itself says. */
  Optional<int[]> labels();

  /**
   * The inputs {@code [from, to)}.
   *
   * @throws org.qat4j.cli.error.UserException if one is broken, or is not what the network takes
   *     and may not be changed
   */
  Inputs inputs(int from, int to);

  @Override
  default void close() {}
}
