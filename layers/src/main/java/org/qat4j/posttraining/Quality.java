package org.qat4j.posttraining;

import java.util.Optional;

/**
 * How good a network's answers are.
 *
 * @param accuracy fraction of the images that are classified right
 * @param sqnr signal to quantization noise at the network's output before its loss, in decibels,
 *     the float network's values as the signal; empty where there is no noise or no signal
 */
public record Quality(double accuracy, Optional<Double> sqnr) {

  /** Adds up batches. */
  static final class Sum {
    private long right;
    private long images;
    private double signal;
    private double noise;

    /**
     * @param real [images, classes] of the float network, row after row
     * @param output likewise
     * @param classes of each image
     */
    void add(float[] real, float[] output, int[] classes) {
      int width = output.length / classes.length;
      for (int i = 0; i < output.length; i++) {
        signal += (double) real[i] * real[i];
        noise += ((double) real[i] - output[i]) * ((double) real[i] - output[i]);
      }
      for (int image = 0; image < classes.length; image++) {
        if (largest(output, image * width, width) == classes[image]) {
          right++;
        }
      }
      images += classes.length;
    }

    /** Position of the first largest value. */
    static int largest(float[] values, int from, int width) {
      int best = 0;
      for (int i = 1; i < width; i++) {
        if (values[from + i] > values[from + best]) {
          best = i;
        }
      }
      return best;
    }

    Quality quality() {
      double decibels = 10 * Math.log10(signal / noise);
      return new Quality(
          (double) right / images,
          Double.isFinite(decibels) ? Optional.of(decibels) : Optional.empty());
    }
  }
}
