package org.qat4j.cli.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Images that have names and come a few at a time, as a network takes them. */
public abstract sealed class ImageSource implements AutoCloseable permits ImageFolder, IdxImages {
  /**
   * Opens a folder, an archive, an image or an IDX file.
   *
   * @param part which part of a data set to take where there are several
   * @param layout of an IDX file of rank 4, where it is known
   * @param wanted what the network takes
   * @throws org.qat4j.cli.error.UserException if it is none of these, or damaged
   */
  public static ImageSource open(
      Path path, Optional<String> part, Optional<IdxImages.Layout> layout, PictureFit wanted)
      throws IOException {
    if (Files.isDirectory(path) || ImageFiles.isArchive(path)) {
      return ImageFolder.read(path, part);
    }
    return ImageFiles.isImage(path) || startsAsImage(path)
        ? ImageFolder.file(path)
        : IdxImages.read(path, layout, wanted);
  }

  private static boolean startsAsImage(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(8);
      return PngChunks.isPng(start) || JpegMarkers.isJpeg(start);
    }
  }

  public abstract int count();

  /** What tells the image from the others: its file or its number. */
  public abstract String name(int image);

  /** The folder that stands for the image's class, if folders do. */
  public abstract Optional<String> folder(int image);

  abstract Picture picture(int image);

  /** The image's name for messages. */
  abstract String where(int image);

  /**
   * The images {@code [from, to)}.
   *
   * @throws org.qat4j.cli.error.UserException if one is broken, or is not what {@code wanted} says
   *     and may not be changed
   */
  public Images images(int from, int to, PictureFit wanted) {
    int size = wanted.channels() * wanted.height() * wanted.width();
    byte[] pixels = new byte[Math.multiplyExact(to - from, size)];
    for (int i = from; i < to; i++) {
      wanted.fit(where(i), picture(i)).copyTo(pixels, (i - from) * size);
    }
    return new Images(to - from, wanted.channels(), wanted.height(), wanted.width(), pixels);
  }

  @Override
  public void close() {}
}
