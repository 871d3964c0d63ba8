package org.qat4j.cli.data;

import java.util.Arrays;
import org.qat4j.cli.error.UserException;

/**
 * Grey or colour images of one size. Immutable.
 *
 * <p>A pixel is an unsigned byte; the network sees {@code byte / 255} in float32.
 */
public final class Images {
  private static final float[] SCALED = scaled();

  private final int count;
  private final int channels;
  private final int height;
  private final int width;
  private final byte[] pixels;

  /**
   * @param channels 1 for grey, 3 for red, green and blue
   * @param pixels {@code count * channels * height * width} unsigned bytes, each channel row by
   *     row; not copied, so the caller gives them away
   */
  Images(int count, int channels, int height, int width, byte[] pixels) {
    if (pixels.length != (long) count * channels * height * width) {
      throw new IllegalArgumentException(
          pixels.length
              + " pixels for "
              + count
              + " images of "
              + channels
              + "x"
              + height
              + "x"
              + width);
    }
    this.count = count;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.pixels = pixels;
  }

  public int count() {
    return count;
  }

  /** 1 for grey, 3 for red, green and blue. */
  public int channels() {
    return channels;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** Pixels of one image, over all channels. */
  public int size() {
    return channels * height * width;
  }

  /** Brightness in 0..255. */
  public int pixel(int image, int channel, int row, int column) {
    return pixels[image * size() + (channel * height + row) * width + column] & 0xFF;
  }

  Picture picture(int image) {
    return new Picture(
        channels, height, width, Arrays.copyOfRange(pixels, image * size(), (image + 1) * size()));
  }

  /** Brightness in [0, 1]. */
  float scaled(int image, int channel, int row, int column) {
    return SCALED[pixel(image, channel, row, column)];
  }

  /**
   * Writes one image as real numbers in [0, 1], [channels, height, width].
   *
   * @param target float32, changed from {@code offset} to {@code offset + size()}
   */
  public void copyScaled(int image, float[] target, int offset) {
    int start = image * size();
    for (int i = 0; i < size(); i++) {
      target[offset + i] = SCALED[pixels[start + i] & 0xFF];
    }
  }

  /** Writes one channel of an image, each byte as the number that the table has for it. */
  void copy(int image, int channel, float[] table, float[] target, int offset) {
    int plane = height * width;
    int start = image * size() + channel * plane;
    for (int i = 0; i < plane; i++) {
      target[offset + i] = table[pixels[start + i] & 0xFF];
    }
  }

  /** The images {@code [from, to)} as real numbers in [0, 1], one after another. */
  public float[] scaled(int from, int to) {
    float[] values = new float[(to - from) * size()];
    for (int i = from; i < to; i++) {
      copyScaled(i, values, (i - from) * size());
    }
    return values;
  }

  /** The images {@code [from, to)} as unsigned bytes, one after another. */
  public byte[] pixels(int from, int to) {
    return Arrays.copyOfRange(pixels, from * size(), to * size());
  }

  /**
   * The first {@code wanted} images.
   *
   * @param name what the images are, for the message
   * @throws UserException if there are fewer
   */
  Images first(int wanted, String name) {
    if (wanted > count) {
      throw tooFew(name, wanted, count);
    }
    return wanted == count
        ? this
        : new Images(wanted, channels, height, width, Arrays.copyOf(pixels, wanted * size()));
  }

  static UserException tooFew(String name, int wanted, int count) {
    return new UserException(
        name + ": " + wanted + " images are asked for, but there are " + count);
  }

  private static float[] scaled() {
    float[] values = new float[256];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 255f;
    }
    return values;
  }
}
