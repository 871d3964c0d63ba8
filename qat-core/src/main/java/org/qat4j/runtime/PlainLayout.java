package org.qat4j.runtime;

import java.util.Locale;
import org.qat4j.graph.Shape;

/**
 * The layouts without gaps: {@code [batch, channels, height, width]} and {@code [batch, height,
 * width, channels]}. Features are {@code [batch, features]} in both.
 */
public enum PlainLayout implements Layout {
  NCHW {
    @Override
    public int index(Shape shape, int image, int channel, int y, int x) {
      return ((image * shape.channels() + channel) * shape.height() + y) * shape.width() + x;
    }
  },
  NHWC {
    @Override
    public int index(Shape shape, int image, int channel, int y, int x) {
      return ((image * shape.height() + y) * shape.width() + x) * shape.channels() + channel;
    }
  };

  /** Whether all of them are the same for such an image. */
  static boolean isOneOrder(Shape shape) {
    return !shape.isImage() || shape.channels() == 1 || shape.height() * shape.width() == 1;
  }

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public long room(Shape shape, int batch) {
    return (long) batch * shape.elements();
  }
}
