package org.qat4j.quantizers;

import org.qat4j.graph.Clip;
import org.qat4j.scheme.QuantParams;

/**
 * A closed interval of real values.
 *
 * @param low possibly -infinity
 * @param high possibly +infinity
 */
record Bounds(float low, float high) {

  /** What an activation function lets out. */
  static Bounds of(Clip clip) {
    return new Bounds(clip.min(), clip.max());
  }

  /** Where an activation function has slope 1; at its bounds the slope is 0, as in PyTorch. */
  static Bounds slope(Clip clip) {
    float low =
        clip.min() == 0
            ? Float.MIN_NORMAL
            : clip.min() == Float.NEGATIVE_INFINITY ? clip.min() : Math.nextUp(clip.min());
    float high = clip.max() == Float.POSITIVE_INFINITY ? clip.max() : Math.nextDown(clip.max());
    return new Bounds(low, high);
  }

  /** The part of this interval that codes can represent. */
  Bounds within(QuantParams params) {
    return new Bounds(
        Math.max(low, params.dequantize(params.range().min())),
        Math.min(high, params.dequantize(params.range().max())));
  }

  boolean isEverything() {
    return low == Float.NEGATIVE_INFINITY && high == Float.POSITIVE_INFINITY;
  }
}
