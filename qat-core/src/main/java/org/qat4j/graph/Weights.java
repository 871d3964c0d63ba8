package org.qat4j.graph;

import org.qat4j.scheme.IntRange;

/**
 * Quantized weights of a convolution or dense layer: int8 or int16 codes with one scale and zero
 * point per output channel.
 *
 * <p>Layout is {@code [outChannels, inChannels / groups, kernelHeight, kernelWidth]} (OIHW); a
 * dense layer has a 1x1 kernel. {@code real = scale[o] * (code - zeroPoint[o])}. Immutable.
 */
public final class Weights {
  private final int outChannels;
  private final int fanIn;
  private final short[] codesOihw;
  private final float[] scales;
  private final int[] zeroPoints;
  private final IntRange range;

  /**
   * Weights of one layer.
   *
   * @param codesOihw codes, {@code outChannels * fanIn} of them, each inside {@code range}; copied
   * @param scales one per output channel, finite and &gt; 0; copied
   * @param zeroPoints one per output channel, inside {@code range}; copied
   * @param range what the codes may be; 16 bits or fewer, signed
   * @throws IllegalArgumentException if a length or a value is wrong, naming the first offender
   */
  public Weights(short[] codesOihw, float[] scales, int[] zeroPoints, IntRange range) {
    this.outChannels = scales.length;
    if (outChannels == 0 || codesOihw.length == 0 || codesOihw.length % outChannels != 0) {
      throw new IllegalArgumentException(
          codesOihw.length
              + " weight codes cannot be shared out to "
              + outChannels
              + " output channels");
    }
    if (zeroPoints.length != outChannels) {
      throw new IllegalArgumentException(
          zeroPoints.length + " weight zero points, " + outChannels + " output channels");
    }
    if (!IntRange.signed(16).contains(range)) {
      throw new IllegalArgumentException("weight codes must fit int16, got range " + range);
    }
    this.fanIn = codesOihw.length / outChannels;
    this.codesOihw = codesOihw.clone();
    this.scales = scales.clone();
    this.zeroPoints = zeroPoints.clone();
    this.range = range;
    for (int o = 0; o < outChannels; o++) {
      if (!(scales[o] > 0f && Float.isFinite(scales[o]))) {
        throw new IllegalArgumentException(
            "weight scale of output channel " + o + " must be finite and > 0, got " + scales[o]);
      }
      if (!range.contains(zeroPoints[o])) {
        throw new IllegalArgumentException(
            "weight zero point " + zeroPoints[o] + " of output channel " + o + " outside " + range);
      }
    }
    for (int i = 0; i < codesOihw.length; i++) {
      if (!range.contains(codesOihw[i])) {
        throw new IllegalArgumentException(
            "weight code "
                + codesOihw[i]
                + " of output channel "
                + i / fanIn
                + " outside "
                + range);
      }
    }
  }

  /** The same with codes of 8 bits or fewer. */
  public Weights(byte[] codesOihw, float[] scales, int[] zeroPoints, IntRange range) {
    this(widened(codesOihw), scales, zeroPoints, range);
  }

  private static short[] widened(byte[] codes) {
    short[] wide = new short[codes.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = codes[i];
    }
    return wide;
  }

  /** Symmetric weights: all zero points 0. */
  public static Weights symmetric(short[] codesOihw, float[] scales, IntRange range) {
    return new Weights(codesOihw, scales, new int[scales.length], range);
  }

  /** Symmetric weights of 8 bits or fewer: all zero points 0. */
  public static Weights symmetric(byte[] codesOihw, float[] scales, IntRange range) {
    return new Weights(codesOihw, scales, new int[scales.length], range);
  }

  public int outChannels() {
    return outChannels;
  }

  /** Weights per output channel: input channels per group times kernel area. */
  public int fanIn() {
    return fanIn;
  }

  public int count() {
    return codesOihw.length;
  }

  public int code(int outChannel, int index) {
    return codesOihw[outChannel * fanIn + index];
  }

  public float scale(int outChannel) {
    return scales[outChannel];
  }

  public int zeroPoint(int outChannel) {
    return zeroPoints[outChannel];
  }

  public boolean isSymmetric() {
    for (int zeroPoint : zeroPoints) {
      if (zeroPoint != 0) {
        return false;
      }
    }
    return true;
  }

  public IntRange range() {
    return range;
  }

  /** Whether all codes that may occur fit int8. */
  public boolean isInt8() {
    return IntRange.signed(8).contains(range);
  }

  /**
   * A copy of the codes, OIHW.
   *
   * @throws IllegalStateException if the codes are wider than int8
   */
  public byte[] codesOihw() {
    if (!isInt8()) {
      throw new IllegalStateException(
          "weight codes " + range + " do not fit int8; use wideCodesOihw");
    }
    byte[] narrow = new byte[codesOihw.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (byte) codesOihw[i];
    }
    return narrow;
  }

  /** A copy of the codes of any width, OIHW. */
  public short[] wideCodesOihw() {
    return codesOihw.clone();
  }

  /** A copy of the scales, one per output channel. */
  public float[] scales() {
    return scales.clone();
  }

  /** A copy of the zero points, one per output channel. */
  public int[] zeroPoints() {
    return zeroPoints.clone();
  }
}
