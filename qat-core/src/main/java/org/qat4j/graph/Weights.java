package org.qat4j.graph;

import java.nio.ByteBuffer;
import org.qat4j.scheme.IntRange;

/**
 * Quantized weights of a convolution or dense layer: int8 or int16 codes with one scale and zero
 * point per output channel.
 *
 * <p>Layout is {@code [outChannels, inChannels / groups, kernelHeight, kernelWidth]} (OIHW); a
 * dense layer has a 1x1 kernel. {@code real = scale[o] * (code - zeroPoint[o])}. Immutable.
 */
public final class Weights {
  private static final IntRange INT8 = IntRange.signed(8);
  private static final int CHUNK = 1 << 13;

  private final int outChannels;
  private final int fanIn;

  /** OIHW; one byte a code, or two where the range is wider than int8. */
  private final ByteBuffer codes;

  private final boolean wide;
  private final int smallest;
  private final int largest;
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
    this(stored(codesOihw, range), isWide(codesOihw, range), scales, zeroPoints, range);
  }

  /** The same with codes of 8 bits or fewer. */
  public Weights(byte[] codesOihw, float[] scales, int[] zeroPoints, IntRange range) {
    this(ByteBuffer.wrap(codesOihw.clone()), false, scales, zeroPoints, range);
  }

  private Weights(
      ByteBuffer codes, boolean wide, float[] scales, int[] zeroPoints, IntRange range) {
    int count = codes.remaining() / (wide ? Short.BYTES : 1);
    this.outChannels = scales.length;
    if (outChannels == 0 || count == 0 || count % outChannels != 0) {
      throw new IllegalArgumentException(
          count + " weight codes cannot be shared out to " + outChannels + " output channels");
    }
    if (zeroPoints.length != outChannels) {
      throw new IllegalArgumentException(
          zeroPoints.length + " weight zero points, " + outChannels + " output channels");
    }
    if (!IntRange.signed(16).contains(range)) {
      throw new IllegalArgumentException("weight codes must fit int16, got range " + range);
    }
    this.fanIn = count / outChannels;
    this.codes = codes;
    this.wide = wide;
    this.scales = scales.clone();
    this.zeroPoints = zeroPoints.clone();
    this.range = range;
    int[] extent = extent();
    this.smallest = extent[0];
    this.largest = extent[1];
    requireParameters();
    requireCodes();
  }

  private Weights(Weights other, IntRange range) {
    this.outChannels = other.outChannels;
    this.fanIn = other.fanIn;
    this.codes = other.codes;
    this.wide = other.wide;
    this.smallest = other.smallest;
    this.largest = other.largest;
    this.scales = other.scales;
    this.zeroPoints = other.zeroPoints;
    this.range = range;
    requireParameters();
    requireCodes();
  }

  /**
   * Weights over memory that is there already, so that large ones exist once.
   *
   * @param codesOihw the remaining bytes are the codes, int8; not copied: nothing may change them
   */
  public static Weights sharing(
      ByteBuffer codesOihw, float[] scales, int[] zeroPoints, IntRange range) {
    return new Weights(codesOihw.slice(), false, scales, zeroPoints, range);
  }

  /** The same codes in a narrower range, which share their memory with these. */
  public Weights withRange(IntRange narrower) {
    if (!range.contains(narrower)) {
      throw new IllegalArgumentException("range " + narrower + " is no part of " + range);
    }
    return new Weights(this, narrower);
  }

  /** Codes outside the range are kept as they are, so that they can be named. */
  private static boolean isWide(short[] codes, IntRange range) {
    boolean wide = !INT8.contains(range);
    for (int i = 0; i < codes.length && !wide; i++) {
      wide = codes[i] != (byte) codes[i];
    }
    return wide;
  }

  private static ByteBuffer stored(short[] codes, IntRange range) {
    boolean wide = isWide(codes, range);
    ByteBuffer stored = ByteBuffer.allocate(Math.multiplyExact(codes.length, wide ? 2 : 1));
    for (short code : codes) {
      if (wide) {
        stored.putShort(code);
      } else {
        stored.put((byte) code);
      }
    }
    return stored.rewind();
  }

  /** The smallest and the largest code. */
  private int[] extent() {
    int[] extent = {Integer.MAX_VALUE, Integer.MIN_VALUE};
    if (wide) {
      for (int i = 0; i < count(); i++) {
        include(extent, code(i));
      }
      return extent;
    }
    byte[] chunk = new byte[Math.min(CHUNK, count())];
    for (int first = 0; first < count(); first += chunk.length) {
      int length = Math.min(chunk.length, count() - first);
      codes.get(first, chunk, 0, length);
      include(extent, chunk, length);
    }
    return extent;
  }

  private static void include(int[] extent, byte[] chunk, int length) {
    int low = Integer.MAX_VALUE;
    int high = Integer.MIN_VALUE;
    for (int i = 0; i < length; i++) {
      low = Math.min(low, chunk[i]);
      high = Math.max(high, chunk[i]);
    }
    include(extent, low);
    include(extent, high);
  }

  private static void include(int[] extent, int code) {
    extent[0] = Math.min(extent[0], code);
    extent[1] = Math.max(extent[1], code);
  }

  private void requireParameters() {
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
  }

  private void requireCodes() {
    if (range.contains(smallest) && range.contains(largest)) {
      return;
    }
    for (int i = 0; i < count(); i++) {
      if (!range.contains(code(i))) {
        throw new IllegalArgumentException(
            "weight code " + code(i) + " of output channel " + i / fanIn + " outside " + range);
      }
    }
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
    return outChannels * fanIn;
  }

  public int code(int outChannel, int index) {
    return code(outChannel * fanIn + index);
  }

  private int code(int index) {
    return wide ? codes.getShort(Short.BYTES * index) : codes.get(index);
  }

  /** How many weights are exactly 0: whose code is the zero point of their output channel. */
  public int zeros() {
    int zeros = 0;
    for (int i = 0; i < count(); i++) {
      zeros += code(i) == zeroPoints[i / fanIn] ? 1 : 0;
    }
    return zeros;
  }

  /** The smallest code that occurs. */
  public int smallestCode() {
    return smallest;
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
   * The codes, OIHW.
   *
   * @return read-only, one byte a code, the memory of these weights
   * @throws IllegalStateException if the codes are wider than int8
   */
  public ByteBuffer bytesOihw() {
    if (!isInt8()) {
      throw new IllegalStateException(
          "weight codes " + range + " do not fit int8; use wideCodesOihw");
    }
    return codes.asReadOnlyBuffer();
  }

  /**
   * A copy of the codes, OIHW.
   *
   * @throws IllegalStateException if the codes are wider than int8
   */
  public byte[] codesOihw() {
    byte[] copy = new byte[count()];
    bytesOihw().get(copy);
    return copy;
  }

  /** A copy of the codes of any width, OIHW. */
  public short[] wideCodesOihw() {
    short[] copy = new short[count()];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = (short) code(i);
    }
    return copy;
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
