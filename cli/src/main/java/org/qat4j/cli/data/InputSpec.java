package org.qat4j.cli.data;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.qat4j.cli.error.UserException;

/**
 * What a network can take: images of some sizes, or rows of features.
 *
 * @param network what messages call it
 * @param channels of an image; 0 for a network of features
 * @param heights of images that it can take, ascending
 * @param widths likewise
 * @param features how many numbers a row has; 0 for a network of images
 * @param flat whether it takes an image as features, channel by channel and row by row
 */
public record InputSpec(
    String network,
    int channels,
    List<Integer> heights,
    List<Integer> widths,
    int features,
    boolean flat) {
  public InputSpec {
    heights = List.copyOf(heights);
    widths = List.copyOf(widths);
  }

  /** Images of one size. */
  public static InputSpec images(String network, int channels, int height, int width) {
    return new InputSpec(network, channels, List.of(height), List.of(width), 0, false);
  }

  /** The same, taken as features or not. */
  public InputSpec flat(boolean isFlat) {
    return new InputSpec(network, channels, heights, widths, features, isFlat);
  }

  /** Rows of numbers. */
  public static InputSpec rows(String network, int features) {
    return new InputSpec(network, 0, List.of(), List.of(), features, false);
  }

  /** Whether it takes rows of numbers, of which an image may be one. */
  public boolean isRows() {
    return channels == 0;
  }

  /**
   * Examples that were read before, as this network takes them.
   *
   * @param scaling what it sees of a byte
   * @throws UserException if it takes others
   */
  public Labelled fitted(Labelled data, InputScaling scaling) {
    Images images = data.images();
    ImageSize size = new ImageSize(images.height(), images.width());
    boolean fits =
        isRows()
            ? features == images.size()
            : channels == images.channels()
                && heights.contains(size.height())
                && widths.contains(size.width());
    if (!fits) {
      throw new UserException(
          network
              + " takes "
              + describe()
              + ", but the data has "
              + Picture.shape(images.channels(), images.height(), images.width())
              + "; set network or data.source to one that fits the other");
    }
    Images scaled = images.scaledBy(scaling);
    return data.with(takesFlat() ? scaled.flattened() : scaled);
  }

  private String describe() {
    return isRows()
        ? features + " features"
        : "images of "
            + channels
            + "x"
            + sizes(heights)
            + "x"
            + sizes(widths)
            + " (channels, height, width)";
  }

  /**
   * Arrays of numbers that were made for this network.
   *
   * @param where they come from, for messages
   * @throws UserException if it takes others
   */
  public void requireShape(String where, int[] shape) {
    boolean fits =
        (isRows() || flat)
            ? shape.length == 1
                && shape[0] == (flat ? channels * heights.get(0) * widths.get(0) : features)
            : shape.length == 3
                && shape[0] == channels
                && heights.contains(shape[1])
                && widths.contains(shape[2]);
    if (!fits) {
      throw new UserException(
          where
              + ": gives arrays of the shape "
              + Arrays.toString(shape)
              + " for each example, but "
              + network
              + " takes "
              + describe());
    }
  }

  /** Whether it takes images as features. */
  boolean takesFlat() {
    return flat || isRows();
  }

  /**
   * The images that it is given: those of the data's own size if it can take them, or else of the
   * only size that it can take.
   *
   * @param size what is asked for; empty if nothing is
   * @param own a picture of the data
   * @throws UserException if several sizes would do, or none
   */
  PictureFit fit(
      String where, ImageSize size, Picture own, PictureFit.Resize resize, PictureFit.Order order) {
    ImageSize wanted = size.isGiven() ? size : new ImageSize(own.height(), own.width());
    if (isRows()) {
      return fit(channelsOf(where, wanted), wanted, resize, order);
    }
    if (heights.contains(wanted.height()) && widths.contains(wanted.width())) {
      return fit(channels, wanted, resize, order);
    }
    if (!size.isGiven() && heights.size() == 1 && widths.size() == 1) {
      return fit(channels, new ImageSize(heights.get(0), widths.get(0)), resize, order);
    }
    throw new UserException(
        network
            + " takes images of "
            + sizes(heights)
            + "x"
            + sizes(widths)
            + " (height, width), "
            + (size.isGiven() ? "but data.size asks for " : "but " + where + " is ")
            + wanted
            + "; set data.size to what it was made for");
  }

  /** The smallest images that it can take; grey ones of no size where it takes rows of numbers. */
  PictureFit smallest() {
    int height = heights.stream().mapToInt(size -> size).min().orElse(0);
    int width = widths.stream().mapToInt(size -> size).min().orElse(0);
    return fit(
        Math.max(1, channels),
        new ImageSize(height, width),
        PictureFit.Resize.NONE,
        PictureFit.Order.RGB);
  }

  private static PictureFit fit(
      int channels, ImageSize size, PictureFit.Resize resize, PictureFit.Order order) {
    return new PictureFit(channels, size.height(), size.width(), resize, true, true, order);
  }

  /** A network of features takes images whose numbers are as many. */
  private int channelsOf(String where, ImageSize size) {
    long plane = (long) size.height() * size.width();
    if (plane == features || 3 * plane == features) {
      return plane == features ? 1 : 3;
    }
    throw new UserException(
        network
            + " takes "
            + features
            + " features, which an image of "
            + size
            + " pixels ("
            + where
            + ") has neither in grey nor in colour; set data.size, or give a CSV file of features");
  }

  private static String sizes(List<Integer> sizes) {
    if (sizes.isEmpty()) {
      return "no size";
    }
    int least = Collections.min(sizes);
    int most = Collections.max(sizes);
    return least == most ? Integer.toString(least) : "(" + least + " to " + most + ")";
  }
}
