package org.qat4j.onnx;

import java.util.Arrays;
import org.qat4j.graph.Weights;
import org.qat4j.scheme.IntRange;

/**
 * The code range that a reader takes from weights about which nothing is declared: all codes of the
 * storage type, without the smallest one if it does not occur.
 */
public final class WeightRange {
  private WeightRange() {}

  public static IntRange readable(Weights weights) {
    return readable(weights, IntegerType.ofWeights(weights).range());
  }

  public static IntRange readable(Weights weights, IntRange storage) {
    boolean smallest =
        weights.smallestCode() == storage.min()
            || Arrays.stream(weights.zeroPoints()).anyMatch(zero -> zero == storage.min());
    return smallest ? storage : new IntRange(storage.min() + 1, storage.max());
  }
}
