package org.qat4j.layers;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMax;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.scheme.IntRange;

/** Fake quantization of weights: real numbers in, the nearest representable real numbers out. */
final class FakeQuantizer {
  /** Adding and subtracting 1.5 * 2^(mantissa bits) rounds half to even. */
  private static final double ROUND_FLOAT = 0x1.8p23;

  private static final double ROUND_DOUBLE = 0x1.8p52;

  private FakeQuantizer() {}

  /**
   * Symmetric per-channel weights, each row scaled so that its largest magnitude is the largest
   * code.
   *
   * @param rows [outChannels, fanIn], not modified
   * @return a new array of the same shape
   */
  static INDArray weights(INDArray rows, IntRange range) {
    INDArray scales = rows.amax(1).divi(range.max());
    // A channel of zeros has no scale of its own; any positive one represents it.
    Nd4j.getExecutioner().exec(new ScalarMax(scales, null, scales, Float.MIN_NORMAL));
    double magic = rows.dataType() == DataType.DOUBLE ? ROUND_DOUBLE : ROUND_FLOAT;
    return rows.divColumnVector(scales).addi(magic).subi(magic).muliColumnVector(scales);
  }
}
