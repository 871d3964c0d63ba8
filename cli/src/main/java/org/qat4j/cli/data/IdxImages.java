package org.qat4j.cli.data;

import java.nio.file.Path;
import java.util.Optional;
import org.qat4j.cli.error.UserException;

/** Images of an IDX file: grey ones of rank 3, any others of rank 4. */
public final class IdxImages extends PictureSource {
  /** The order of the four sizes of an IDX file of rank 4. */
  public enum Layout {
    NCHW,
    NHWC
  }

  private final Path file;
  private final Images images;

  private IdxImages(Path file, Images images, Target target) {
    super(target);
    this.file = file;
    this.images = images;
  }

  /**
   * Reads the whole file.
   *
   * @param layout of rank 4, where it is known; else the one that gives the model's number of
   *     channels, or 1 or 3, if it is only one
   * @throws UserException if the file is damaged, or nothing tells which number is the channels'
   */
  public static IdxImages read(Path file, Optional<Layout> layout, Target target) {
    IdxReader.Stored read = IdxReader.images(file);
    int[] sizes = read.sizes;
    if (sizes.length == 3) {
      return new IdxImages(file, new Images(sizes[0], 1, sizes[1], sizes[2], read.bytes), target);
    }
    Layout known = layout.orElseGet(() -> layout(file, sizes, target.images()));
    return new IdxImages(
        file,
        known == Layout.NCHW
            ? new Images(sizes[0], sizes[1], sizes[2], sizes[3], read.bytes)
            : new Images(sizes[0], sizes[3], sizes[1], sizes[2], channelsFirst(read)),
        target);
  }

  private static Layout layout(Path file, int[] sizes, PictureFit wanted) {
    boolean first = isChannels(sizes[1], wanted);
    boolean last = isChannels(sizes[3], wanted);
    if (first && last) {
      first = wanted.isShapeOf(sizes[1], sizes[2], sizes[3]);
      last = wanted.isShapeOf(sizes[3], sizes[1], sizes[2]);
    }
    if (first == last) {
      throw new UserException(
          file
              + ": holds "
              + sizes[0]
              + " images of "
              + Picture.shape(sizes[1], sizes[2], sizes[3])
              + ", and it cannot be told which number is the channels' (the model takes "
              + Picture.shape(wanted.channels(), wanted.height(), wanted.width())
              + ": channels, height, width); say so with --layout nchw or --layout nhwc");
    }
    return first ? Layout.NCHW : Layout.NHWC;
  }

  private static boolean isChannels(int size, PictureFit wanted) {
    return size == wanted.channels() || size == 1 || size == 3;
  }

  private static byte[] channelsFirst(IdxReader.Stored read) {
    int[] sizes = read.sizes;
    int channels = sizes[3];
    int plane = sizes[1] * sizes[2];
    byte[] from = read.bytes;
    byte[] to = new byte[from.length];
    int at = 0;
    for (int image = 0; image < sizes[0]; image++) {
      for (int i = 0; i < plane; i++) {
        for (int c = 0; c < channels; c++) {
          to[(image * channels + c) * plane + i] = from[at++];
        }
      }
    }
    return to;
  }

  @Override
  public int count() {
    return images.count();
  }

  @Override
  public String name(int image) {
    return Integer.toString(image);
  }

  @Override
  public Optional<String> folder(int image) {
    return Optional.empty();
  }

  @Override
  Picture picture(int image) {
    return images.picture(image);
  }

  @Override
  String where(int image) {
    return file + ", image " + image;
  }
}
