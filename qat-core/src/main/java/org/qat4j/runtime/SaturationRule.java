package org.qat4j.runtime;

/**
 * When clamped values mean that live input has left the calibrated range.
 *
 * @param threshold fraction of a layer's codes, in (0, 1): above it a window is reported
 * @param images in a window, at least 1; small windows make noisy fractions, above all of layers
 *     with few outputs
 */
public record SaturationRule(double threshold, int images) {
  /** More than 1 % of the codes of 64 images. */
  public static final SaturationRule DEFAULT = new SaturationRule(0.01, 64);

  public SaturationRule {
    if (!(threshold > 0 && threshold < 1)) {
      throw new IllegalArgumentException("threshold must be in (0, 1), got " + threshold);
    }
    if (images < 1) {
      throw new IllegalArgumentException("images must be >= 1, got " + images);
    }
  }

  /** This rule with another threshold. */
  public SaturationRule withThreshold(double fraction) {
    return new SaturationRule(fraction, images);
  }

  /** This rule with another window. */
  public SaturationRule withImages(int count) {
    return new SaturationRule(threshold, count);
  }
}
