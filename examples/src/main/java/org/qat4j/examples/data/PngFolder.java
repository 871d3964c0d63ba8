package org.qat4j.examples.data;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.qat4j.examples.error.UserException;

/**
 * A folder of PNG images of one size, in the order of their names. Colour is turned into
 * brightness.
 */
public final class PngFolder {
  private PngFolder() {}

  /**
   * The files that {@link #images} reads, in its order.
   *
   * @throws UserException if there is none
   */
  public static List<Path> files(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> files =
          entries
              .filter(
                  file -> file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".png"))
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw new UserException(folder + ": holds no PNG files");
      }
      return files;
    } catch (IOException e) {
      throw new UserException("cannot list " + folder + " (" + e + ")", e);
    }
  }

  /**
   * Reads images, all of one size.
   *
   * @throws UserException if a file is not a PNG image, or the sizes differ
   */
  public static Images images(List<Path> files) {
    BufferedImage first = read(files.get(0));
    int height = first.getHeight();
    int width = first.getWidth();
    byte[] pixels = new byte[Math.multiplyExact(files.size(), height * width)];
    for (int i = 0; i < files.size(); i++) {
      BufferedImage image = read(files.get(i));
      if (image.getHeight() != height || image.getWidth() != width) {
        throw new UserException(
            files.get(i)
                + ": is "
                + image.getHeight()
                + "x"
                + image.getWidth()
                + ", but "
                + files.get(0)
                + " is "
                + height
                + "x"
                + width
                + "; all images of a folder must have one size");
      }
      copyGrey(image, pixels, i * height * width);
    }
    return new Images(files.size(), 1, height, width, pixels);
  }

  private static BufferedImage read(Path file) {
    try {
      BufferedImage image = ImageIO.read(file.toFile());
      if (image == null) {
        throw new UserException(file + ": not an image that can be read");
      }
      return image;
    } catch (IOException e) {
      throw new UserException(file + ": not a complete PNG image (" + e.getMessage() + ")", e);
    }
  }

  private static void copyGrey(BufferedImage image, byte[] target, int offset) {
    Raster raster = image.getRaster();
    boolean grey =
        raster.getNumBands() == 1
            && raster.getSampleModel().getSampleSize(0) == 8
            && image.getType() == BufferedImage.TYPE_BYTE_GRAY;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        // getRGB would pass a grey image through a gamma curve.
        int value = grey ? raster.getSample(x, y, 0) : luma(image.getRGB(x, y));
        target[offset + y * image.getWidth() + x] = (byte) value;
      }
    }
  }

  /** ITU-R BT.601, in integers. */
  private static int luma(int rgb) {
    return (299 * (rgb >> 16 & 0xFF) + 587 * (rgb >> 8 & 0xFF) + 114 * (rgb & 0xFF) + 500) / 1000;
  }
}
