package org.qat4j.cli.data;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Height and width in pixels.
 *
 * @param height 0 if nothing is asked for
 * @param width likewise
 */
public record ImageSize(int height, int width) {
  /** Nothing is asked for. */
  public static final ImageSize ANY = new ImageSize(0, 0);

  private static final Pattern TEXT = Pattern.compile("([1-9]\\d{0,4})x([1-9]\\d{0,4})");

  /**
   * Of a text such as {@code 28x28}, height first; empty for any.
   *
   * @throws IllegalArgumentException if it is another one
   */
  public static ImageSize parse(String text) {
    if (text.isEmpty()) {
      return ANY;
    }
    Matcher sizes = TEXT.matcher(text);
    if (!sizes.matches()) {
      throw new IllegalArgumentException("height and width such as 28x28, or nothing");
    }
    return new ImageSize(Integer.parseInt(sizes.group(1)), Integer.parseInt(sizes.group(2)));
  }

  boolean isGiven() {
    return height > 0;
  }

  @Override
  public String toString() {
    return height + "x" + width;
  }
}
