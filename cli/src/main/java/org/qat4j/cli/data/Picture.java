package org.qat4j.cli.data;

import java.util.Arrays;

/** One decoded image: unsigned bytes [channels, height, width]. Immutable. */
final class Picture {
  private final int channels;
  private final int height;
  private final int width;
  private final byte[] pixels;

  /**
   * @param pixels {@code channels * height * width} unsigned bytes, each channel row by row; not
   *     copied, so the caller gives them away
   */
  Picture(int channels, int height, int width, byte[] pixels) {
    if (pixels.length != (long) channels * height * width) {
      throw new IllegalArgumentException(
          pixels.length + " pixels for " + shape(channels, height, width));
    }
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.pixels = pixels;
  }

  /** 1 for grey, 3 for red, green and blue. */
  int channels() {
    return channels;
  }

  int height() {
    return height;
  }

  int width() {
    return width;
  }

  String shape() {
    return shape(channels, height, width);
  }

  static String shape(int channels, int height, int width) {
    return channels + "x" + height + "x" + width;
  }

  /** Value in 0..255. */
  int pixel(int channel, int row, int column) {
    return pixels[(channel * height + row) * width + column] & 0xFF;
  }

  void copyTo(byte[] target, int offset) {
    System.arraycopy(pixels, 0, target, offset, pixels.length);
  }

  /** Each value multiplied; the caller answers for products up to 255. */
  Picture times(int factor) {
    byte[] product = new byte[pixels.length];
    for (int i = 0; i < product.length; i++) {
      product[i] = (byte) (factor * (pixels[i] & 0xFF));
    }
    return new Picture(channels, height, width, product);
  }

  /** Brightness of a colour image: ITU-R BT.601, in integers. */
  Picture grey() {
    int size = height * width;
    byte[] grey = new byte[size];
    for (int i = 0; i < size; i++) {
      int red = pixels[i] & 0xFF;
      int green = pixels[size + i] & 0xFF;
      int blue = pixels[2 * size + i] & 0xFF;
      grey[i] = (byte) ((299 * red + 587 * green + 114 * blue + 500) / 1000);
    }
    return new Picture(1, height, width, grey);
  }

  /** The channels in the opposite order. */
  Picture reversed() {
    int size = height * width;
    byte[] reversed = new byte[pixels.length];
    for (int c = 0; c < channels; c++) {
      System.arraycopy(pixels, c * size, reversed, (channels - 1 - c) * size, size);
    }
    return new Picture(channels, height, width, reversed);
  }

  /** A grey image as red, green and blue of the same values. */
  Picture colour() {
    int size = height * width;
    byte[] colour = Arrays.copyOf(pixels, 3 * size);
    System.arraycopy(pixels, 0, colour, size, size);
    System.arraycopy(pixels, 0, colour, 2 * size, size);
    return new Picture(3, height, width, colour);
  }

  /**
   * As a viewer shows a stored image.
   *
   * @param orientation of Exif 2.3, table 6: 1 as stored, 2 mirrored, 3 upside down, 4 flipped, 5
   *     to 8 with rows and columns exchanged
   */
  Picture turned(int orientation) {
    if (orientation == 1) {
      return this;
    }
    boolean exchanged = orientation >= 5;
    boolean bottomUp = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    boolean rightToLeft = orientation == 2 || orientation == 3 || orientation >= 7;
    int rows = exchanged ? width : height;
    int columns = exchanged ? height : width;
    byte[] turned = new byte[pixels.length];
    int at = 0;
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
          int row = exchanged ? x : y;
          int column = exchanged ? y : x;
          turned[at++] =
              (byte)
                  pixel(
                      c,
                      bottomUp ? height - 1 - row : row,
                      rightToLeft ? width - 1 - column : column);
        }
      }
    }
    return new Picture(channels, rows, columns, turned);
  }
}
