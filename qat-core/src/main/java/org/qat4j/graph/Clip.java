package org.qat4j.graph;

import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * The activation that can be fused into requantization: a clamp of the real result to {@code [min,
 * max]}.
 *
 * @param min lower bound in real units, possibly -infinity
 * @param max upper bound in real units, possibly +infinity
 */
public record Clip(float min, float max) {
  public static final Clip NONE = new Clip(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
  public static final Clip RELU = new Clip(0f, Float.POSITIVE_INFINITY);
  public static final Clip RELU6 = new Clip(0f, 6f);

  public Clip {
    if (!(min < max)) {
      throw new IllegalArgumentException("clip needs min < max, got [" + min + ", " + max + "]");
    }
  }

  /** The codes that remain after clipping: ReLU raises the lower bound to the zero point. */
  public IntRange codes(QuantParams output) {
    int low = output.quantize(min);
    int high = output.quantize(max);
    if (low >= high) {
      throw new IllegalArgumentException(
          "clip " + this + " leaves one code of an output with " + output);
    }
    return new IntRange(low, high);
  }

  /** Clamps one real value. */
  public float apply(float real) {
    return Math.min(Math.max(real, min), max);
  }

  @Override
  public String toString() {
    return equals(NONE)
        ? "none"
        : equals(RELU) ? "relu" : equals(RELU6) ? "relu6" : "clip[" + min + ", " + max + "]";
  }
}
