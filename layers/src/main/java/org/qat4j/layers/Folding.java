package org.qat4j.layers;

import org.qat4j.graph.Bias;
import org.qat4j.graph.Weights;
import org.qat4j.quantizers.WeightCodes;
import org.qat4j.scheme.IntRange;

/**
 * Weights and bias of a block as deployment holds them: batch normalization folded in, weights
 * int8, bias int32.
 *
 * <p>The codes are those of the unfolded weights, negated where the fold's factor is negative: with
 * symmetric per-channel scales folding moves only the scale (Krishnamoorthi 2018, arXiv:1806.08342,
 * sec. 3.2.2).
 *
 * @param weights int8 codes, per output channel
 * @param bias in accumulator units
 */
record Folding(Weights weights, Bias bias) {
  /** Leaves half of int32 for the accumulator. */
  private static final double LARGEST_BIAS_CODE = 1 << 30;

  /**
   * Folds.
   *
   * @param factor gamma / sqrt(variance + epsilon) per output channel; 1 without batch
   *     normalization
   * @param bias real bias per output channel, after the fold
   * @param inputScale scale of the input codes
   */
  static Folding of(WeightCodes weights, double[] factor, double[] bias, float inputScale) {
    int fanIn = weights.fanIn();
    IntRange range = weights.range();
    short[] codes = new short[weights.differences().length];
    int[] zeroPoints = new int[bias.length];
    float[] scales = new float[bias.length];
    int[] biasCodes = new int[bias.length];
    for (int o = 0; o < bias.length; o++) {
      double folded = weights.scales()[o] * Math.abs(factor[o]);
      double smallest = smallestScale(bias[o], inputScale);
      scales[o] = (float) Math.max(folded, smallest);
      double shrink = folded >= smallest ? 1 : folded / scales[o];
      double sign = Math.copySign(shrink, factor[o]);
      zeroPoints[o] = (int) Math.rint(sign * weights.zeroPoints()[o]);
      for (int i = o * fanIn; i < (o + 1) * fanIn; i++) {
        codes[i] = (short) range.clamp(Math.rint(sign * weights.differences()[i]) + zeroPoints[o]);
      }
      biasCodes[o] = (int) Math.rint(bias[o] / unit(inputScale, scales[o]));
    }
    return new Folding(new Weights(codes, scales, zeroPoints, range), new Bias(biasCodes));
  }

  /** The scale may have to grow so that the bias fits; the codes then shrink with it. */
  private static double smallestScale(double bias, float inputScale) {
    return Math.max(Math.abs(bias) / (inputScale * LARGEST_BIAS_CODE), Float.MIN_NORMAL);
  }

  private static double unit(float inputScale, float scale) {
    return (double) inputScale * scale;
  }

  /**
   * What rounding to int32 adds to each channel's bias, for training that simulates it.
   *
   * @param weightScales per output channel, before the fold; the other arguments as for {@link #of}
   */
  static double[] biasErrors(
      float[] weightScales, double[] factor, double[] bias, float inputScale) {
    double[] errors = new double[bias.length];
    for (int o = 0; o < errors.length; o++) {
      double folded = weightScales[o] * Math.abs(factor[o]);
      double unit = unit(inputScale, (float) Math.max(folded, smallestScale(bias[o], inputScale)));
      errors[o] = Math.rint(bias[o] / unit) * unit - bias[o];
    }
    return errors;
  }
}
