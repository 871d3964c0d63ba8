package org.qat4j.cli.data;

import java.util.Arrays;

/** Images and the class of each. Immutable. */
public final class Labelled {
  /** Number of classes of every data set here. */
  public static final int CLASSES = 10;

  private final Images images;
  private final byte[] labels;

  /**
   * @param labels one per image, in 0..9; not copied, so the caller gives them away
   * @throws IllegalArgumentException if the numbers differ
   */
  Labelled(Images images, byte[] labels) {
    if (labels.length != images.count()) {
      throw new IllegalArgumentException(
          labels.length + " labels for " + images.count() + " images");
    }
    this.images = images;
    this.labels = labels;
  }

  /**
   * The first {@code wanted} images.
   *
   * @param name what the images are, for the message
   * @throws org.qat4j.cli.error.UserException if there are fewer
   */
  public Labelled first(int wanted, String name) {
    return new Labelled(images.first(wanted, name), Arrays.copyOf(labels, wanted));
  }

  public int count() {
    return images.count();
  }

  public Images images() {
    return images;
  }

  public int label(int image) {
    return labels[image];
  }
}
