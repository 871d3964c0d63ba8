package org.qat4j.cli.data;

import java.util.List;

/**
 * How inputs become the real numbers that a network was trained on: {@code (value * white - mean) /
 * std}, in float64 and rounded once to float32. The value of a pixel is {@code byte / 255}, that of
 * a feature is itself.
 *
 * @param white real value of the byte 255, before mean and deviation
 * @param mean one for all values, one for each channel, or one for each value
 * @param std deviation, likewise; above 0
 */
public record InputScaling(double white, List<Double> mean, List<Double> std) {
  /** {@code byte / 255}: what the networks of this program are trained on. */
  public static final InputScaling NONE = new InputScaling(1, List.of(0.0), List.of(1.0));

  public InputScaling {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    requireFinite("white", white);
    mean.forEach(value -> requireFinite("mean", value));
    std.forEach(value -> requireFinite("std", value));
    if (white <= 0) {
      throw new IllegalArgumentException("white must be above 0, got " + white);
    }
    if (std.stream().anyMatch(value -> value <= 0)) {
      throw new IllegalArgumentException("std must be above 0, got " + std);
    }
  }

  private static void requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " must be a number, got " + value);
    }
  }

  /**
   * Checks the numbers.
   *
   * @param size how many values an input has
   * @throws IllegalArgumentException if there are neither one nor {@code channels} nor {@code size}
   *     numbers
   */
  public void requireNumbersFor(int channels, int size) {
    requireNumbers("mean", mean, channels, size);
    requireNumbers("std", std, channels, size);
    if (mean.size() != std.size() && mean.size() != 1 && std.size() != 1) {
      throw new IllegalArgumentException(
          "mean has " + mean.size() + " numbers and std " + std.size() + "; expected as many");
    }
  }

  private static void requireNumbers(String name, List<Double> values, int channels, int size) {
    if (values.size() != 1 && values.size() != channels && values.size() != size) {
      throw new IllegalArgumentException(
          name
              + " has "
              + values.size()
              + " numbers; expected one, or one for each of "
              + channels
              + " channels");
    }
  }

  /** The same for pixels, if this one takes bytes as they are: 255 for white. */
  public InputScaling ofBytes() {
    return new InputScaling(255 * white, mean, std);
  }

  /** What becomes of each byte: a table for all values, for each channel, or for each value. */
  float[][] tables() {
    float[][] tables = new float[Math.max(mean.size(), std.size())][256];
    for (int t = 0; t < tables.length; t++) {
      for (int i = 0; i < tables[t].length; i++) {
        tables[t][i] = scaled(i / 255.0, t);
      }
    }
    return tables;
  }

  /** What becomes of a feature's value. */
  float scaled(double value, int feature) {
    return (float) ((value * white - of(mean, feature)) / of(std, feature));
  }

  private static double of(List<Double> values, int index) {
    return values.get(values.size() == 1 ? 0 : index);
  }
}
