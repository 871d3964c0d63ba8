package org.qat4j.cli.data;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.qat4j.cli.error.UserException;

/**
 * Decodes PNG and JPEG images, for training and for {@code run}, so that both see the same pixels.
 * The format is told by the content, not by the name. Owns the platform's readers; for one thread.
 *
 * <p>Samples are taken as they are stored: colour profiles and gamma are not applied. An image that
 * says that it is to be turned is turned.
 */
final class PictureDecoder implements AutoCloseable {
  /** 2^26: a small file may claim to hold billions. */
  private static final long MOST_PIXELS = 1L << 26;

  private final ImageReader png = ImageIO.getImageReadersByFormatName("png").next();
  private final ImageReader jpeg = ImageIO.getImageReadersByFormatName("jpeg").next();

  /**
   * @param where the image comes from, for messages
   * @return 1 channel for grey, 3 for colour and palettes
   * @throws UserException if it is neither PNG nor JPEG, not complete, transparent, or of a kind
   *     that has no 8-bit grey or colour samples
   */
  Picture decode(String where, byte[] file) {
    if (PngChunks.isPng(file)) {
      return png(where, file);
    }
    if (JpegMarkers.isJpeg(file)) {
      return jpeg(where, file);
    }
    throw new UserException(where + ": neither a PNG nor a JPEG image");
  }

  private Picture jpeg(String where, byte[] file) {
    JpegMarkers markers = JpegMarkers.read(where, file);
    if (markers.components() == 4) {
      throw new UserException(
          where + ": has the four inks of a printer (CMYK); expected grey or RGB; convert it");
    }
    Raster raster = read(jpeg, "JPEG", where, markers.withoutProfiles(file)).getRaster();
    return samples(raster, raster.getNumBands()).turned(markers.orientation());
  }

  private Picture png(String where, byte[] file) {
    PngChunks chunks = PngChunks.read(where, file);
    if (chunks.depth() == 16) {
      throw new UserException(
          where + ": has 16 bits for each sample; expected 8, as in training; convert it");
    }
    if (chunks.transparentColour()) {
      throw transparent(where);
    }
    BufferedImage image = read(png, "PNG", where, file);
    Picture picture =
        chunks.colourType() == PngChunks.PALETTE
            ? palette(where, image)
            : direct(where, image.getRaster(), chunks.depth());
    return picture.turned(chunks.orientation());
  }

  private static UserException transparent(String where) {
    return new UserException(
        where + ": has transparent pixels, whose colour is not known; put it on a background");
  }

  /** Grey or colour, perhaps with alpha as the last band. */
  private static Picture direct(String where, Raster raster, int depth) {
    int bands = raster.getNumBands();
    int channels = bands < 3 ? 1 : 3;
    if (bands > channels) {
      int[] alpha = new int[raster.getWidth() * raster.getHeight()];
      raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), channels, alpha);
      for (int value : alpha) {
        if (value != 255) {
          throw transparent(where);
        }
      }
    }
    Picture picture = samples(raster, channels);
    return depth == 8 ? picture : picture.times(255 / ((1 << depth) - 1));
  }

  private static Picture samples(Raster raster, int channels) {
    int height = raster.getHeight();
    int width = raster.getWidth();
    byte[] pixels = new byte[Math.multiplyExact(channels, height * width)];
    int[] channel = new int[height * width];
    for (int c = 0; c < channels; c++) {
      raster.getSamples(0, 0, width, height, c, channel);
      for (int i = 0; i < channel.length; i++) {
        pixels[c * channel.length + i] = (byte) channel[i];
      }
    }
    return new Picture(channels, height, width, pixels);
  }

  private static Picture palette(String where, BufferedImage image) {
    IndexColorModel colours = (IndexColorModel) image.getColorModel();
    int height = image.getHeight();
    int width = image.getWidth();
    int size = height * width;
    int[] indices = image.getRaster().getSamples(0, 0, width, height, 0, (int[]) null);
    byte[] pixels = new byte[3 * size];
    for (int i = 0; i < size; i++) {
      if (colours.getAlpha(indices[i]) != 255) {
        throw transparent(where);
      }
      pixels[i] = (byte) colours.getRed(indices[i]);
      pixels[size + i] = (byte) colours.getGreen(indices[i]);
      pixels[2 * size + i] = (byte) colours.getBlue(indices[i]);
    }
    return new Picture(3, height, width, pixels);
  }

  /** What a reader warns of, for example data that end early, makes pixels that nobody stored. */
  private static BufferedImage read(ImageReader reader, String format, String where, byte[] file) {
    AtomicReference<String> warning = new AtomicReference<>();
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in, true, true);
      reader.addIIOReadWarningListener((source, text) -> warning.compareAndSet(null, text));
      long pixels = (long) reader.getHeight(0) * reader.getWidth(0);
      if (pixels > MOST_PIXELS) {
        throw new UserException(
            where + ": holds " + pixels + " pixels; expected at most " + MOST_PIXELS);
      }
      BufferedImage image = reader.read(0);
      if (warning.get() != null) {
        throw incomplete(where, format, warning.get(), null);
      }
      return image;
    } catch (UserException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The platform's readers meet some damaged files with unchecked exceptions.
      throw incomplete(where, format, e.getMessage(), e);
    } finally {
      reader.reset();
    }
  }

  private static UserException incomplete(
      String where, String format, String reason, Throwable cause) {
    String because = Optional.ofNullable(reason).orElseGet(() -> cause.getClass().getSimpleName());
    return new UserException(
        where + ": not a complete " + format + " image (" + because + "); get the file again",
        cause);
  }

  @Override
  public void close() {
    png.dispose();
    jpeg.dispose();
  }
}
