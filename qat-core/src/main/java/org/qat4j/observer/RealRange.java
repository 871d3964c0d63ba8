package org.qat4j.observer;

/**
 * The real interval {@code [min, max]} that a tensor was seen to take.
 *
 * @param min smallest value, finite
 * @param max largest value, finite, at least {@code min}
 */
public record RealRange(float min, float max) {
  public RealRange {
    if (!(Float.isFinite(min) && Float.isFinite(max) && min <= max)) {
      throw new IllegalArgumentException(
          "a range must be finite with min <= max, got [" + min + ", " + max + "]");
    }
  }

  /** The smallest range that contains both. */
  public RealRange union(RealRange other) {
    return new RealRange(Math.min(min, other.min), Math.max(max, other.max));
  }

  /** The smallest range that contains this one and 0. */
  public RealRange includingZero() {
    return new RealRange(Math.min(min, 0f), Math.max(max, 0f));
  }
}
