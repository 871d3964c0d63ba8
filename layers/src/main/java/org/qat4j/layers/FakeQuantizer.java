package org.qat4j.layers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMax;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.HalfEven;
import org.qat4j.scheme.IntRange;

/** Fake quantization of weights: real numbers in, the nearest representable real numbers out. */
final class FakeQuantizer {
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
    return HalfEven.round(rows.divColumnVector(scales)).muliColumnVector(scales);
  }
}
