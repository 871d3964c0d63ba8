package org.qat4j.graph;

import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * The constants that turn an integer accumulator into an output value, one pair per channel, and
 * the arithmetic itself:
 *
 * <pre>
 *   t = fl(fl((float) acc * multiplier[c]) + offset[c])     two float32 roundings, not a fused multiply-add
 *   code = clamp(halfToEven(t))                             or t itself where the output is real
 * </pre>
 *
 * <p>Multiplier and offset are computed in double from the scales and rounded once. This class is
 * the definition that every backend and the training side's inference must equal bit for bit
 * (docs/numerics.md).
 */
public final class Requantization {
  private final float[] multipliers;
  private final float[] offsets;
  private final IntRange codes;

  private Requantization(float[] multipliers, float[] offsets, IntRange codes) {
    this.multipliers = multipliers;
    this.offsets = offsets;
    this.codes = codes;
  }

  /**
   * Constants of a convolution or dense layer whose accumulator is the sum of {@code (x -
   * inputZeroPoint) * (w - weightZeroPoint)}, without the bias: the bias is in the offset.
   *
   * @throws IllegalArgumentException if the accumulator could overflow int32, or a constant
   *     float32; where weights or input have more than 8 bits, the accumulator may reach 2^62
   */
  public static Requantization of(
      Weights weights, Bias bias, QuantParams input, Tensor output, Clip clip) {
    requireAccumulatorFits(weights, input.range(), input.range().reach(input.zeroPoint()));
    if (!output.isCodes()) {
      Operands.requireReal(output);
    }
    double outputScale = output.isCodes() ? output.params().scale() : 1;
    int outputZero = output.isCodes() ? output.params().zeroPoint() : 0;
    float[] multipliers = new float[weights.outChannels()];
    float[] offsets = new float[weights.outChannels()];
    for (int o = 0; o < multipliers.length; o++) {
      double multiplier = (double) input.scale() * weights.scale(o) / outputScale;
      multipliers[o] = finite((float) multiplier, o);
      offsets[o] = finite((float) (bias.code(o) * multiplier + outputZero), o);
    }
    return new Requantization(
        multipliers, offsets, output.isCodes() ? clip.codes(output.params()) : null);
  }

  /**
   * Constants of an operation whose accumulator is a sum of {@code divisor} values {@code x -
   * inputZeroPoint}: the mean of a pooling window, or with divisor 1 a change of parameters.
   *
   * @throws IllegalArgumentException if the multiplier overflows float32, or the clip leaves one
   *     code
   */
  public static Requantization mean(int divisor, QuantParams input, QuantParams output, Clip clip) {
    return new Requantization(
        new float[] {quotient(meanMultiplier(divisor, input, output), input, output)},
        new float[] {output.zeroPoint()},
        clip.codes(output));
  }

  /** The multiplier of {@link #mean}, for pooling whose windows differ in their divisors. */
  public static float meanMultiplier(int divisor, QuantParams input, QuantParams output) {
    return (float) ((double) input.scale() / ((double) output.scale() * divisor));
  }

  /**
   * Constants of a leaky ReLU: channel 0 for values of at least 0, channel 1 for negative ones.
   *
   * @throws IllegalArgumentException if a multiplier overflows float32
   */
  public static Requantization leaky(float slope, QuantParams input, QuantParams output) {
    double ratio = (double) input.scale() / output.scale();
    float[] multipliers = {
      quotient((float) ratio, input, output), quotient((float) (ratio * slope), input, output)
    };
    float zero = output.zeroPoint();
    return new Requantization(multipliers, new float[] {zero, zero}, Clip.NONE.codes(output));
  }

  /**
   * The multiplier of one operand of an addition.
   *
   * @throws IllegalArgumentException if it or its product with a code overflows float32, so that a
   *     sum could be of infinities
   */
  public static float addend(QuantParams operand, QuantParams output) {
    float multiplier = operand.scale() / output.scale();
    quotient(2 * operand.range().reach(operand.zeroPoint()) * multiplier, operand, output);
    return multiplier;
  }

  public float multiplier(int channel) {
    return multipliers[channel];
  }

  public float offset(int channel) {
    return offsets[channel];
  }

  /** Codes after the clip. */
  public IntRange codes() {
    return codes;
  }

  /** The real-valued {@code t}: the result itself where the output is real, before its clip. */
  public float real(int channel, long accumulator) {
    return (float) accumulator * multipliers[channel] + offsets[channel];
  }

  /** The output code. */
  public int code(int channel, long accumulator) {
    return codes.clamp(Math.rint(real(channel, accumulator)));
  }

  /** The output code of channel 0 under another multiplier: {@link #meanMultiplier}. */
  public int code(float multiplier, long accumulator) {
    return codes.clamp(Math.rint((float) accumulator * multiplier + offsets[0]));
  }

  /**
   * Checks that the accumulator of a convolution or dense layer cannot overflow, whatever the
   * codes.
   *
   * @param fanIn products in one sum
   * @param weights codes of the weights
   * @param weight largest magnitude of a weight code minus its zero point
   * @param inputs codes of the input
   * @param input largest magnitude of an input code minus its zero point
   * @throws IllegalArgumentException if it could; see {@link #of}
   */
  public static void requireAccumulatorFits(
      long fanIn, IntRange weights, int weight, IntRange inputs, int input) {
    boolean wide =
        !IntRange.signed(8).contains(weights) || inputs.steps() > IntRange.unsigned(8).steps();
    long product = (long) weight * input;
    long limit = wide ? 1L << 62 : Integer.MAX_VALUE;
    if (product > limit / fanIn) {
      throw new IllegalArgumentException(
          "the "
              + (wide ? "int64" : "int32")
              + " accumulator could overflow: "
              + fanIn
              + " products of up to "
              + product
              + "; use fewer bits or split the layer");
    }
  }

  /** As above, of these weights. */
  static void requireAccumulatorFits(Weights weights, IntRange inputs, int input) {
    IntRange range = weights.range();
    int weight = weights.isSymmetric() ? range.reach(0) : range.steps();
    requireAccumulatorFits(weights.fanIn(), range, weight, inputs, input);
  }

  /** A multiplier too small for float32 is 0, which is right: what it multiplies is far below 1. */
  private static float quotient(float multiplier, QuantParams input, QuantParams output) {
    if (!Float.isFinite(multiplier)) {
      throw new IllegalArgumentException(
          "the input's scale "
              + input.scale()
              + " divided by the output's "
              + output.scale()
              + " overflows float32: calibrate again, so that both describe the same real numbers");
    }
    return multiplier;
  }

  private static float finite(float constant, int channel) {
    if (!Float.isFinite(constant)) {
      throw new IllegalArgumentException(
          "requantization constant of channel "
              + channel
              + " overflows float32: the scales are too far apart");
    }
    return constant;
  }
}
