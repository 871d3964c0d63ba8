package org.qat4j.cli.data;

import java.util.Random;

/** How a training image is changed each time that it is learned. */
@FunctionalInterface
public interface Augmentation {
  /** Not at all. */
  static Augmentation none(Inputs inputs) {
    return (input, phase, epoch, target, offset) -> inputs.copyScaled(input, target, offset);
  }

  /**
   * Writes one image as the network takes it.
   *
   * @param phase of the training
   * @param epoch of the phase
   * @param target float32, changed from {@code offset} on, as many as an image has
   */
  void copy(int image, String phase, int epoch, float[] target, int offset);

  /**
   * Shifts each image by up to 4 pixels in both directions, with black where nothing is left, and
   * mirrors every second one: what He et al. 2016, arXiv:1512.03385, sec. 4.2, do with CIFAR-10. A
   * function of seed, phase, epoch and image only, so that training can resume anywhere.
   */
  static Augmentation shiftAndMirror(Images images, long seed) {
    return (image, phase, epoch, target, offset) -> {
      Random random = Seeds.random(seed, phase.hashCode(), epoch, image);
      Placement placement = new Placement(shift(random), shift(random), random.nextBoolean());
      placement.copy(images, image, target, offset);
    };
  }

  private static int shift(Random random) {
    return random.nextInt(2 * Placement.FARTHEST + 1) - Placement.FARTHEST;
  }

  /**
   * Where an image goes.
   *
   * @param down pixels that it moves towards the bottom, -4 to 4
   * @param right pixels that it moves to the right, before it is mirrored
   * @param mirrored left to right
   */
  record Placement(int down, int right, boolean mirrored) {
    static final int FARTHEST = 4;

    void copy(Images images, int image, float[] target, int offset) {
      int at = offset;
      for (int channel = 0; channel < images.channels(); channel++) {
        for (int y = 0; y < images.height(); y++) {
          for (int x = 0; x < images.width(); x++) {
            int column = (mirrored ? images.width() - 1 - x : x) - right;
            target[at++] =
                images.scaled(channel, y, x, pixel(images, image, channel, y - down, column));
          }
        }
      }
    }

    private static int pixel(Images images, int image, int channel, int row, int column) {
      boolean inside = row >= 0 && row < images.height() && column >= 0 && column < images.width();
      return inside ? images.pixel(image, channel, row, column) : 0;
    }
  }
}
