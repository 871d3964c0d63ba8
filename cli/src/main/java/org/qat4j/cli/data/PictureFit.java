package org.qat4j.cli.data;

import java.util.ArrayList;
import java.util.List;
import org.qat4j.cli.error.UserException;

/**
 * The images that a network takes, and what may be done to others.
 *
 * @param channels 1 for grey, 3 for colour
 * @param resize what becomes of images of another size
 * @param grey whether colour images may become grey ones
 * @param colour whether grey images may become colour ones
 * @param order in which the network takes a colour image's channels
 */
public record PictureFit(
    int channels, int height, int width, Resize resize, boolean grey, boolean colour, Order order) {

  /** The order of a colour image's channels. */
  public enum Order {
    /** Red, green, blue. */
    RGB,
    /** Blue, green, red: what OpenCV, and DataVec with it, reads. */
    BGR
  }

  /** What becomes of images of another size. */
  public enum Resize {
    /** They are refused. */
    NONE,
    /** Height and width are scaled, each by its own factor. */
    STRETCH,
    /** The largest part in the middle that has the right proportions is scaled. */
    CROP
  }

  boolean isShapeOf(int otherChannels, int otherHeight, int otherWidth) {
    return channels == otherChannels && height == otherHeight && width == otherWidth;
  }

  /**
   * The picture with the right number of channels and the right size.
   *
   * @param where it comes from, for messages
   * @throws UserException if it has others and no option allows to change that
   */
  Picture fit(String where, Picture picture) {
    boolean toGrey = picture.channels() == 3 && channels == 1;
    boolean toColour = picture.channels() == 1 && channels == 3;
    boolean otherSize = picture.height() != height || picture.width() != width;
    List<String> options = new ArrayList<>();
    if (toGrey && !grey) {
      options.add("--grey turns colour into brightness");
    } else if (toColour && !colour) {
      options.add("--colour takes grey as red, green and blue of equal strength");
    } else if (picture.channels() != channels && !toGrey && !toColour) {
      options.add("there is no conversion between these numbers of channels");
    }
    if (otherSize && resize == Resize.NONE) {
      options.add("--resize stretch or --resize crop scales it");
    }
    if (!options.isEmpty()) {
      throw new UserException(
          where
              + ": is an image of "
              + picture.shape()
              + " (channels, height, width), but the model takes "
              + Picture.shape(channels, height, width)
              + "; "
              + String.join("; ", options));
    }
    Picture recoloured = toGrey ? picture.grey() : toColour ? picture.colour() : picture;
    Picture ordered = order == Order.BGR ? recoloured.reversed() : recoloured;
    return otherSize ? resized(ordered) : ordered;
  }

  private Picture resized(Picture picture) {
    double down = (double) picture.height() / height;
    double right = (double) picture.width() / width;
    if (resize == Resize.CROP) {
      down = Math.min(down, right);
      right = down;
    }
    return Resampling.apply(
        picture,
        axis(picture.height(), down * height, height),
        axis(picture.width(), right * width, width));
  }

  /** The middle of an axis. */
  private static Resampling axis(int source, double length, int target) {
    return Resampling.of((source - length) / 2, length, source, target);
  }
}
