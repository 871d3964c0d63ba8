package org.qat4j.jobs.evaluation;

import java.util.Optional;

/** Signal to quantization noise ratio over all values that were added. */
final class Noise {
  private double signal;
  private double noise;

  void add(double real, double quantized) {
    signal += real * real;
    noise += (real - quantized) * (real - quantized);
  }

  /** {@code 10 log10(signal / noise)}; empty where there is no noise or no signal. */
  Optional<Double> decibels() {
    return decibels(noise / signal);
  }

  /** The same from the ratio of noise to signal. */
  static Optional<Double> decibels(double relativeNoise) {
    double value = -10 * Math.log10(relativeNoise);
    return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
  }
}
