package org.qat4j.cli.data;

import java.util.List;

/**
 * How bytes become the real numbers that a network was trained on: {@code (byte / 255 * white -
 * mean) / std}, in float64 and rounded once to float32.
 *
 * @param white real value of the byte 255, before mean and deviation
 * @param mean one for all channels, or one for each
 * @param std deviation, likewise; above 0
 */
public record PixelScaling(double white, List<Double> mean, List<Double> std) {
  /** {@code byte / 255}: what the networks of this program are trained on. */
  public static final PixelScaling NONE = new PixelScaling(1, List.of(0.0), List.of(1.0));

  public PixelScaling {
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
   * @throws IllegalArgumentException if there are neither one nor {@code channels} numbers
   */
  public void requireChannels(int channels) {
    requireNumbers("mean", mean, channels);
    requireNumbers("std", std, channels);
  }

  private static void requireNumbers(String name, List<Double> values, int channels) {
    if (values.size() != 1 && values.size() != channels) {
      throw new IllegalArgumentException(
          name
              + " has "
              + values.size()
              + " numbers; expected one, or one for each of "
              + channels
              + " channels");
    }
  }

  /**
   * The images {@code [from, to)} as a network takes them.
   *
   * @return float32 [to - from, channels, height, width]
   * @throws IllegalArgumentException if there are numbers for other channels than the images'
   */
  public float[] apply(Images images, int from, int to) {
    requireChannels(images.channels());
    float[] values = new float[(to - from) * images.size()];
    int plane = images.height() * images.width();
    for (int c = 0; c < images.channels(); c++) {
      float[] table = table(c);
      for (int image = from; image < to; image++) {
        images.copy(image, c, table, values, (image - from) * images.size() + c * plane);
      }
    }
    return values;
  }

  private float[] table(int channel) {
    float[] table = new float[256];
    double shift = of(mean, channel);
    double deviation = of(std, channel);
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) ((i / 255.0 * white - shift) / deviation);
    }
    return table;
  }

  private static double of(List<Double> values, int channel) {
    return values.get(values.size() == 1 ? 0 : channel);
  }
}
