package org.qat4j.scheme;

/**
 * The closed interval of integer codes {@code [min, max]} that a quantized value may take.
 *
 * @param min smallest code
 * @param max largest code, greater than {@code min}
 */
public record IntRange(int min, int max) {
  public IntRange {
    if (min >= max) {
      throw new IllegalArgumentException(
          "an integer range needs min < max, got [" + min + ", " + max + "]");
    }
  }

  /** Two's complement range of {@code bits} bits, for example [-128, 127] for 8. */
  public static IntRange signed(int bits) {
    requireBits(bits);
    return new IntRange(-(1 << (bits - 1)), (1 << (bits - 1)) - 1);
  }

  /**
   * Signed range without its smallest code, symmetric about zero: [-127, 127] for 8 bits.
   *
   * <p>The missing code makes negation exact, so that a negative batch-norm gamma can be folded
   * into the codes.
   */
  public static IntRange signedNarrow(int bits) {
    IntRange full = signed(bits);
    if (bits < 2) {
      throw new IllegalArgumentException(
          "a narrow signed range needs at least 2 bits, got " + bits);
    }
    return new IntRange(-full.max, full.max);
  }

  /** Range of an unsigned integer of {@code bits} bits, for example [0, 255] for 8. */
  public static IntRange unsigned(int bits) {
    requireBits(bits);
    return new IntRange(0, (1 << bits) - 1);
  }

  private static void requireBits(int bits) {
    if (bits < 1 || bits > 16) {
      throw new IllegalArgumentException("bits must be in 1..16, got " + bits);
    }
  }

  public boolean contains(int code) {
    return code >= min && code <= max;
  }

  public boolean contains(IntRange other) {
    return other.min >= min && other.max <= max;
  }

  /** Number of steps between the smallest and the largest code. */
  public int steps() {
    return max - min;
  }

  /** The largest magnitude of a code of this range minus the zero point. */
  public int reach(int zeroPoint) {
    return Math.max(max - zeroPoint, zeroPoint - min);
  }

  /**
   * The nearest code inside the range; NaN becomes {@code min}, as a float to integer conversion
   * saturates.
   */
  public int clamp(double value) {
    return value >= max ? max : value > min ? (int) value : min;
  }

  @Override
  public String toString() {
    return "[" + min + ", " + max + "]";
  }
}
