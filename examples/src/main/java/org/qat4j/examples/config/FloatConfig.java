package org.qat4j.examples.config;

/**
 * Training of the float network.
 *
 * @param epochs passes over the training images
 * @param batch images per step
 * @param learningRate Adam's, at the first step; it falls linearly to 0 at the last one
 */
public record FloatConfig(int epochs, int batch, double learningRate) {
  public static final FloatConfig DEFAULT = new FloatConfig(3, 32, 0.001);

  public FloatConfig {
    Check.between("epochs", epochs, 1, 10_000);
    Check.between("batch", batch, 1, 65_536);
    Check.positive("learningRate", learningRate, 1);
  }
}
