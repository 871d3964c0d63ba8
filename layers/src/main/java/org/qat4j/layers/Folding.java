package org.qat4j.layers;

import org.qat4j.graph.Bias;
import org.qat4j.graph.Weights;
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
   * @param rows weights, {@code bias.length} rows of equal length
   * @param factor gamma / sqrt(variance + epsilon) per output channel; 1 without batch
   *     normalization
   * @param bias real bias per output channel, after the fold
   * @param inputScale scale of the input codes
   */
  static Folding of(
      float[] rows, double[] factor, double[] bias, float inputScale, IntRange range) {
    int outChannels = bias.length;
    int fanIn = rows.length / outChannels;
    byte[] codes = new byte[rows.length];
    float[] scales = new float[outChannels];
    int[] biasCodes = new int[outChannels];
    for (int o = 0; o < outChannels; o++) {
      int start = o * fanIn;
      float scale = rowScale(rows, start, fanIn, range);
      // The scale may have to grow so that the bias fits; the codes then shrink with it.
      double folded = scale * Math.abs(factor[o]);
      double smallest = Math.abs(bias[o]) / (inputScale * LARGEST_BIAS_CODE);
      scales[o] = (float) Math.max(Math.max(folded, smallest), Float.MIN_NORMAL);
      boolean codesKeep = folded >= Math.max(smallest, Float.MIN_NORMAL);
      double divisor = codesKeep ? Math.copySign(scale, factor[o]) : scales[o] / factor[o];
      for (int i = start; i < start + fanIn; i++) {
        codes[i] =
            (byte)
                range.clamp(
                    Math.rint(
                        codesKeep ? (double) (rows[i] / (float) divisor) : rows[i] / divisor));
      }
      biasCodes[o] = (int) Math.rint(bias[o] / ((double) inputScale * scales[o]));
    }
    return new Folding(Weights.symmetric(codes, scales, range), new Bias(biasCodes));
  }

  private static float rowScale(float[] rows, int start, int length, IntRange range) {
    float largest = 0;
    for (int i = start; i < start + length; i++) {
      largest = Math.max(largest, Math.abs(rows[i]));
    }
    return Math.max(largest / range.max(), Float.MIN_NORMAL);
  }
}
