package org.qat4j.examples.data;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.qat4j.examples.error.UserException;

/** Decodes square colour JPEG images of one size. Owns the platform's reader. */
final class JpegDecoder implements AutoCloseable {
  private final ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
  private final int size;

  /**
   * @param size expected height and width in pixels
   */
  JpegDecoder(int size) {
    this.size = size;
  }

  /**
   * Writes red, then green, then blue, each row by row.
   *
   * @param where the image comes from, for messages
   * @param target unsigned bytes, changed from {@code offset} to {@code offset + 3 * size * size}
   * @throws UserException if it is not a JPEG image, or of another size, or not of three channels
   */
  void decode(String where, byte[] jpeg, byte[] target, int offset) {
    Raster raster = read(where, jpeg);
    if (raster.getWidth() != size || raster.getHeight() != size || raster.getNumBands() != 3) {
      throw new UserException(
          where
              + ": is an image of "
              + shape(raster.getNumBands(), raster.getHeight(), raster.getWidth())
              + "; expected "
              + shape(3, size, size)
              + "; remove it or put the original there");
    }
    int[] channel = new int[size * size];
    for (int c = 0; c < 3; c++) {
      raster.getSamples(0, 0, size, size, c, channel);
      for (int i = 0; i < channel.length; i++) {
        target[offset + c * channel.length + i] = (byte) channel[i];
      }
    }
  }

  private static String shape(int channels, int height, int width) {
    return channels + "x" + height + "x" + width + " (channels, height, width)";
  }

  private Raster read(String where, byte[] jpeg) {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(jpeg))) {
      reader.setInput(in, true, true);
      return reader.read(0).getRaster();
    } catch (IOException e) {
      throw new UserException(
          where + ": not a complete JPEG image (" + e.getMessage() + "); get the file again", e);
    }
  }

  @Override
  public void close() {
    reader.dispose();
  }
}
