package org.qat4j.cli.data;

/**
 * How files become a network's inputs.
 *
 * @param size of images; {@link ImageSize#ANY} for what the network takes
 * @param resize what becomes of images of another size
 * @param order of a colour image's channels
 * @param scaling how values become real numbers
 * @param label the column of a CSV file that says the class: its name, or its number from 1; empty
 *     for the last one
 */
public record Reading(
    ImageSize size,
    PictureFit.Resize resize,
    PictureFit.Order order,
    InputScaling scaling,
    String label) {
  /** Nothing is changed: {@code byte / 255}, and a CSV file's own numbers. */
  public static final Reading PLAIN =
      new Reading(
          ImageSize.ANY, PictureFit.Resize.NONE, PictureFit.Order.RGB, InputScaling.NONE, "");

  /** The same with another scaling. */
  public Reading with(InputScaling other) {
    return new Reading(size, resize, order, other, label);
  }
}
