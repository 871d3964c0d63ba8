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

  /** Weights per output channel. */
  public int fanIn() {
    return differences.length / scales.length;
  }
}
