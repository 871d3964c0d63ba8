package org.qat4j.examples.data;

import java.util.Arrays;
import org.qat4j.examples.error.UserException;

/**
 * Grey images of one size. Immutable.
 *
 * <p>A pixel is an unsigned byte; the network sees {@code byte / 255} in float32.
 */
public final class Images {
  private static final float[] SCALED = scaled();

  private final int count;
  private final int height;
  private final int width;
  private final byte[] pixels;

  /**
   * @param pixels {@code count * height * width} unsigned bytes, row by row; not copied, so the
   *     caller gives them away
   */
  Images(int count, int height, int width, byte[] pixels) {
    if (pixels.length != (long) count * height * width) {
      throw new IllegalArgumentException(
          pixels.length + " pixels for " + count + " images of " + height + "x" + width);
    }
    this.count = count;
    this.height = height;
    this.width = width;
    this.pixels = pixels;
  }

  public int count() {
    return count;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** Pixels of one image. */
  public int size() {
    return height * width;
  }

  /** Brightness in 0..255. */
  public int pixel(int image, int row, int column) {
    return pixels[image * size() + row * width + column] & 0xFF;
  }

  /**
   * Writes one image as real numbers in [0, 1], row by row.
   *
   * @param target float32, changed from {@code offset} to {@code offset + size()}
   */
  public void copyScaled(int image, float[] target, int offset) {
    int start = image * size();
    for (int i = 0; i < size(); i++) {
      target[offset + i] = SCALED[pixels[start + i] & 0xFF];
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

  /**
   * The first {@code wanted} images.
   *
   * @param name what the images are, for the message
   * @throws UserException if there are fewer
   */
  Images first(int wanted, String name) {
    if (wanted > count) {
      throw new UserException(
          name + ": " + wanted + " images are asked for, but there are " + count);
    }
    return wanted == count
        ? this
        : new Images(wanted, height, width, Arrays.copyOf(pixels, wanted * size()));
  }

  private static float[] scaled() {
    float[] values = new float[256];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 255f;
    }
    return values;
  }
}
