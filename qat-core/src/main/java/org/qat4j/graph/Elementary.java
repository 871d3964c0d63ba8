package org.qat4j.graph;

/**
 * Functions of float32 numbers that give the same bits everywhere: multiplications, additions and
 * one division, each rounded, in the order written. docs/numerics.md has their formulas and errors;
 * a kernel that computes them in another way equals them bit for bit.
 */
public final class Elementary {
  /** Beyond, the hyperbolic tangent is 1 but for less than half a step of float32. */
  private static final float TANH_MOST = 8.5f;

  /** 1.5 * 2^23: added to a small number, it leaves the nearest integer in the lowest bits. */
  private static final float ROUND = 12582912f;

  /** What is smaller or larger is clamped, so that exp is a normal number. */
  private static final float EXP_MOST = 87;

  private static final int FRACTION_BITS = 23;
  private static final float LOG2_E = 1.442695f;

  /** Its product with an integer of up to 8 bits is exact. */
  private static final float LN_2_HIGH = 355f / 512;

  private static final float LN_2_LOW = -2.1219444E-4f;

  private Elementary() {}

  /** {@code 1 / (1 + exp(-x))}, as half a hyperbolic tangent. */
  public static float sigmoid(float x) {
    return 0.5f + 0.5f * tanh(0.5f * x);
  }

  /** Hyperbolic tangent: an odd rational function, from -1 to 1. */
  public static float tanh(float x) {
    float a = Math.max(-TANH_MOST, Math.min(TANH_MOST, x));
    float u = a * a;
    float p = (((1.4270484E-8f * u + 2.1251995E-5f) * u + 0.0035340863f) * u + 0.13413298f) * u + 1;
    float q = (((8.145651E-7f * u + 3.348961E-4f) * u + 0.02602298f) * u + 0.4674662f) * u + 1;
    return Math.max(-1, Math.min(1, a * p / q));
  }

  /** The exponential function of x clamped to -87 and 87. */
  public static float exp(float x) {
    float clamped = expClamped(x);
    return Float.intBitsToFloat(
        expBits(
            Float.floatToRawIntBits(expFraction(clamped)),
            Float.floatToRawIntBits(expPower(clamped))));
  }

  /** What stands for x in the following. */
  public static float expClamped(float x) {
    return Math.max(-EXP_MOST, Math.min(EXP_MOST, x));
  }

  /** The bits of the exponential function, from those of its fraction and its power. */
  public static int expBits(int fraction, int power) {
    return fraction + (power << FRACTION_BITS);
  }

  /** The power of 2 in {@code exp(x)} of a clamped x, as the lowest bits of a number. */
  public static float expPower(float x) {
    return x * LOG2_E + ROUND;
  }

  /** What is multiplied with the power of 2, of a clamped x. */
  public static float expFraction(float x) {
    float n = expPower(x) - ROUND;
    float r = x - n * LN_2_HIGH - n * LN_2_LOW;
    float p =
        (((0.0013814648f * r + 0.0083687175f) * r + 0.04166839f) * r + 0.16666521f) * r
            + 0.49999994f;
    return p * r * r + r + 1;
  }
}
