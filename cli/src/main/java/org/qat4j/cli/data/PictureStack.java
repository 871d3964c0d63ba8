package org.qat4j.cli.data;

import org.qat4j.cli.error.UserException;

/** Collects pictures until there are as many as announced. */
final class PictureStack {
  private final int count;
  private final PictureFit fit;
  private final byte[] pixels;
  private int end;

  PictureStack(int count, PictureFit fit) {
    this.count = count;
    this.fit = fit;
    this.pixels = new byte[Math.multiplyExact(count, fit.channels() * fit.height() * fit.width())];
  }

  /**
   * Adds one.
   *
   * @param where it comes from, for messages
   * @throws UserException if it cannot be made to fit
   */
  void add(String where, Picture picture) {
    Picture fitted = fit.fit(where, picture);
    fitted.copyTo(pixels, end);
    end += pixels.length / count;
  }

  /**
   * The pictures as a network takes them.
   *
   * @throws UserException if the scaling has numbers for other images
   */
  Images images(InputScaling scaling, boolean flat) {
    Images images = new Images(count, fit.channels(), fit.height(), fit.width(), pixels);
    try {
      Images scaled = images.scaledBy(scaling);
      return flat ? scaled.flattened() : scaled;
    } catch (IllegalArgumentException e) {
      throw new UserException("the normalization of the images: " + e.getMessage(), e);
    }
  }
}
