package org.qat4j.cli.data;

import java.util.Arrays;
import org.qat4j.cli.error.UserException;

/**
 * Grey or colour images of one size. Immutable.
 *
 * <p>A pixel is an unsigned byte; the network sees {@code byte / 255} in float32, or what another
 * {@link InputScaling} makes of it.
 */
public final class Images implements Inputs {
  private final int count;
  private final int channels;
  private final int height;
  private final int width;
  private final byte[] pixels;
  private final boolean flat;
  private final InputScaling scaling;

  /** The numbers of all bytes: one for all values, for each channel, or for each value. */
  private final float[][] tables;

  /**
   * @param channels 1 for grey, 3 for red, green and blue
   * @param pixels {@code count * channels * height * width} unsigned bytes, each channel row by
   *     row; not copied, so the caller gives them away
   */
  Images(int count, int channels, int height, int width, byte[] pixels) {
    this(count, channels, height, width, pixels, false, InputScaling.NONE);
  }

  private Images(
      int count,
      int channels,
      int height,
      int width,
      byte[] pixels,
      boolean flat,
      InputScaling scaling) {
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
    this.flat = flat;
    this.scaling = scaling;
    scaling.requireNumbersFor(channels, channels * height * width);
    this.tables = scaling.tables();
  }

  /**
   * The same images, seen by the network in another way.
   *
   * @throws IllegalArgumentException if there are numbers for other channels than the images'
   */
  public Images scaledBy(InputScaling other) {
    return new Images(count, channels, height, width, pixels, flat, other);
  }

  /** The same images, which the network takes as features, channel by channel and row by row. */
  public Images flattened() {
    return new Images(count, channels, height, width, pixels, true, scaling);
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public int[] shape() {
    return flat ? new int[] {size()} : new int[] {channels, height, width};
  }

  /** What the network sees of a byte. */
  public InputScaling scaling() {
    return scaling;
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
  @Override
  public int size() {
    return channels * height * width;
  }

  /** Brightness in 0..255. */
  public int pixel(int image, int channel, int row, int column) {
    return pixels[image * size() + (channel * height + row) * width + column] & 0xFF;
  }

  Picture picture(int image) {
    return new Picture(channels, height, width, pixels(image, image + 1));
  }

  /** What the network sees of a pixel of that value at that place. */
  float scaled(int channel, int row, int column, int value) {
    int at = (channel * height + row) * width + column;
    return tables[at / (size() / tables.length)][value];
  }

  @Override
  public void copyScaled(int image, float[] target, int offset) {
    int start = image * size();
    int each = size() / tables.length;
    for (int t = 0; t < tables.length; t++) {
      float[] table = tables[t];
      for (int i = t * each; i < (t + 1) * each; i++) {
        target[offset + i] = table[pixels[start + i] & 0xFF];
      }
    }
  }

  /** The images {@code [from, to)} as unsigned bytes, one after another. */
  public byte[] pixels(int from, int to) {
    return Arrays.copyOfRange(pixels, from * size(), to * size());
  }

  @Override
  public Images chosen(int[] indices) {
    byte[] some = new byte[Math.multiplyExact(indices.length, size())];
    for (int i = 0; i < indices.length; i++) {
      System.arraycopy(pixels, indices[i] * size(), some, i * size(), size());
    }
    return new Images(indices.length, channels, height, width, some, flat, scaling);
  }

  static UserException tooFew(String name, int wanted, int count) {
    return new UserException(
        name + ": " + wanted + " images are asked for, but there are " + count);
  }
}
