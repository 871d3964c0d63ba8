package org.qat4j.onnx;

import org.qat4j.graph.Weights;
import org.qat4j.scheme.IntRange;

/**
 * The code range that a reader takes from weights about which nothing is declared: all codes of the
 * storage type, without the smallest one if it does not occur.
 */
final class WeightRange {
  private WeightRange() {}

  static IntRange readable(Weights weights) {
    return readable(
        weights.wideCodesOihw(), weights.zeroPoints(), Storage.ofWeights(weights).range());
  }

  static IntRange readable(short[] codes, int[] zeroPoints, IntRange storage) {
    for (short code : codes) {
      if (code == storage.min()) {
        return storage;
      }
    }
    for (int zeroPoint : zeroPoints) {
      if (zeroPoint == storage.min()) {
        return storage;
      }
    }
    return new IntRange(storage.min() + 1, storage.max());
  }
}
