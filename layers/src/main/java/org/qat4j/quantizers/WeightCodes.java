package org.qat4j.quantizers;

import org.qat4j.scheme.IntRange;

/**
 * Integer weights: {@code real = scale[o] * difference}.
 *
 * @param differences code minus zero point, {@code scales.length} rows of equal length
 * @param scales one per output channel
 * @param zeroPoints one per output channel
 * @param range of the codes, symmetric about zero
 */
@SuppressWarnings("ArrayRecordComponent") // Handed from the quantizer to the fold, kept by neither.
public record WeightCodes(int[] differences, float[] scales, int[] zeroPoints, IntRange range) {

  /**
   * The same output channels in another order.
   *
   * @param order which channel comes first, which second, each once
   */
  public WeightCodes rows(int[] order) {
    int[] codes = new int[differences.length];
    float[] scale = new float[order.length];
    int[] zeroPoint = new int[order.length];
    for (int o = 0; o < order.length; o++) {
      System.arraycopy(differences, order[o] * fanIn(), codes, o * fanIn(), fanIn());
      scale[o] = scales[order[o]];
      zeroPoint[o] = zeroPoints[order[o]];
    }
    return new WeightCodes(codes, scale, zeroPoint, range);
  }

  /** Weights per output channel. */
  public int fanIn() {
    return differences.length / scales.length;
  }
}
