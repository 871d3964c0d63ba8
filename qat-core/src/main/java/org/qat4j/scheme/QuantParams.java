package org.qat4j.scheme;

/**
 * Scale, zero point and integer range of a quantized tensor: {@code real = scale * (q - zeroPoint)}
 * (Jacob et al. 2018, arXiv:1712.05877, eq. 1).
 *
 * <p>Real 0 is always a code, so that zero padding and ReLU are exact.
 *
 * @param scale real units per integer level, finite and &gt; 0
 * @param zeroPoint the code of real 0, inside {@code range}
 * @param range the codes that may occur; may be narrower than the storage type
 */
public record QuantParams(float scale, int zeroPoint, IntRange range) {
  public QuantParams {
    if (!(scale > 0f && Float.isFinite(scale))) {
      throw new IllegalArgumentException("scale must be finite and > 0, got " + scale);
    }
    if (!range.contains(zeroPoint)) {
      throw new IllegalArgumentException("zeroPoint " + zeroPoint + " outside " + range);
    }
  }

  /**
   * Parameters whose codes span {@code [min, max]}, widened to contain zero (Jacob et al. 2018,
   * sec. 3).
   *
   * <p>A range of zero width gets scale 1: every code but the zero point is then unused.
   *
   * @throws IllegalArgumentException if a bound is not finite or {@code min > max}
   */
  public static QuantParams affine(float min, float max, IntRange range) {
    requireBounds(min, max);
    double low = Math.min(min, 0f);
    double high = Math.max(max, 0f);
    float scale = positiveScale((high - low) / range.steps());
    return new QuantParams(scale, range.clamp(Math.rint(range.min() - low / scale)), range);
  }

  /**
   * Parameters symmetric about zero, with zero point 0 and {@code maxAbs} on the largest code.
   *
   * @throws IllegalArgumentException if {@code maxAbs} is negative or not finite
   */
  public static QuantParams symmetric(float maxAbs, IntRange range) {
    requireBounds(0f, maxAbs);
    return new QuantParams(positiveScale((double) maxAbs / range.max()), 0, range);
  }

  /**
   * Half-to-even rounding of {@code real / scale} in float32, moved to the zero point, then
   * clamped.
   */
  public int quantize(float real) {
    return range.clamp(Math.rint(real / scale) + zeroPoint);
  }

  /** The real value of a code, in float32. */
  public float dequantize(int code) {
    return scale * (code - zeroPoint);
  }

  /** The nearest representable real value: quantized and dequantized. */
  public float fakeQuantize(float real) {
    return dequantize(quantize(real));
  }

  private static float positiveScale(double scale) {
    return scale == 0 ? 1f : (float) Math.max(scale, Float.MIN_NORMAL);
  }

  private static void requireBounds(float min, float max) {
    if (!(Float.isFinite(min) && Float.isFinite(max) && min <= max)) {
      throw new IllegalArgumentException(
          "range bounds must be finite with min <= max, got [" + min + ", " + max + "]");
    }
  }
}
