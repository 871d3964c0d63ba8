package org.qat4j.cli.data;

/**
 * Scales one axis of an image with a triangle filter: linear interpolation where it grows, an
 * average over all pixels that fall together where it shrinks (so no pixel is skipped).
 */
final class Resampling {
  /** Index of the first source pixel of each target pixel. */
  private final int[] first;

  /** Of the source pixels from there on; they sum to 1. */
  private final double[][] weights;

  private Resampling(int[] first, double[][] weights) {
    this.first = first;
    this.weights = weights;
  }

  /**
   * @param start of the part of the source that becomes the target, in pixels
   * @param length of that part, in pixels
   * @param source pixels
   * @param target pixels
   */
  static Resampling of(double start, double length, int source, int target) {
    double step = length / target;
    double reach = Math.max(1, step);
    int[] first = new int[target];
    double[][] weights = new double[target][];
    for (int i = 0; i < target; i++) {
      double centre = start + (i + 0.5) * step;
      int from = Math.max(0, (int) Math.floor(centre - reach));
      int to = Math.min(source, (int) Math.ceil(centre + reach));
      first[i] = from;
      weights[i] = triangle(centre, reach, from, to);
    }
    return new Resampling(first, weights);
  }

  private static double[] triangle(double centre, double reach, int from, int to) {
    double[] weights = new double[to - from];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.max(0, 1 - Math.abs(from + i + 0.5 - centre) / reach);
      sum += weights[i];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    return weights;
  }

  private int target() {
    return first.length;
  }

  /**
   * A picture scaled along both axes, rounded half up once.
   *
   * @param rows how rows become rows
   * @param columns how columns become columns
   */
  static Picture apply(Picture picture, Resampling rows, Resampling columns) {
    byte[] pixels = new byte[picture.channels() * rows.target() * columns.target()];
    int at = 0;
    double[] line = new double[picture.width()];
    for (int c = 0; c < picture.channels(); c++) {
      for (int y = 0; y < rows.target(); y++) {
        rows.mix(picture, c, y, line);
        for (int x = 0; x < columns.target(); x++) {
          pixels[at++] = (byte) Math.floor(columns.mix(line, x) + 0.5);
        }
      }
    }
    return new Picture(picture.channels(), rows.target(), columns.target(), pixels);
  }

  private void mix(Picture picture, int channel, int row, double[] line) {
    for (int x = 0; x < line.length; x++) {
      double sum = 0;
      for (int i = 0; i < weights[row].length; i++) {
        sum += weights[row][i] * picture.pixel(channel, first[row] + i, x);
      }
      line[x] = sum;
    }
  }

  private double mix(double[] line, int column) {
    double sum = 0;
    for (int i = 0; i < weights[column].length; i++) {
      sum += weights[column][i] * line[first[column] + i];
    }
    return sum;
  }
}
