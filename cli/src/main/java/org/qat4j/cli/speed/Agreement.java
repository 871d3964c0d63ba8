package org.qat4j.cli.speed;

import java.util.Locale;

/**
 * How far two engines give the same results.
 *
 * @param images that were compared
 * @param sameClasses images whose largest result is the same
 * @param firstOther the first image whose largest result is another; -1 if there is none
 * @param largestDifference of two results
 */
public record Agreement(int images, int sameClasses, int firstOther, double largestDifference) {
  /**
   * Compares results.
   *
   * @param results {@code [images, features]}
   * @param peer the same of another engine
   */
  public static Agreement of(float[] results, float[] peer, int images) {
    if (results.length != peer.length) {
      throw new IllegalStateException(
          "one engine gives " + results.length + " numbers, the other " + peer.length);
    }
    int features = results.length / images;
    int same = 0;
    int firstOther = -1;
    for (int image = 0; image < images; image++) {
      if (largest(results, image * features, features)
          == largest(peer, image * features, features)) {
        same++;
      } else if (firstOther < 0) {
        firstOther = image;
      }
    }
    double difference = 0;
    for (int i = 0; i < results.length; i++) {
      difference = Math.max(difference, Math.abs(results[i] - peer[i]));
    }
    return new Agreement(images, same, firstOther, difference);
  }

  private static int largest(float[] results, int offset, int features) {
    int best = 0;
    for (int f = 1; f < features; f++) {
      if (results[offset + f] > results[offset + best]) {
        best = f;
      }
    }
    return best;
  }

  /**
   * Another class for the same image would mean that something else is measured.
   *
   * @param what was compared
   * @throws IllegalStateException if a class differs
   */
  Agreement requireSameClasses(String what) {
    if (firstOther >= 0) {
      throw new IllegalStateException(
          what + ": image " + firstOther + " has another class in each engine (" + this + ")");
    }
    return this;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d of %d classes agree, largest difference %.2g",
        sameClasses,
        images,
        largestDifference);
  }
}
