package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * 0 and ± powers of two: {@code 0, ±1, ±2, ±4, ...} times a scale that puts the largest magnitude
 * on the largest level (the levels of Zhou et al. 2017, arXiv:1702.03044, eq. 1). A weight goes to
 * the nearest level, up on ties. The gradient passes unchanged: no weight is clipped.
 */
final class PowerOfTwoWeights extends WeightQuantizer {
  PowerOfTwoWeights(WeightScheme scheme) {
    super(scheme);
  }

  /** How many powers of two so many bits can name beside 0 and the sign. */
  static int exponents(int bits) {
    return (1 << (bits - 1)) - 1;
  }

  @Override
  Codes quantize(INDArray weights, INDArray step) {
    int top = 1 << (exponents(scheme().bits()) - 1);
    INDArray scales = positive(weights.amax(1).divi(top));
    INDArray units = weights.divColumnVector(scales);
    INDArray magnitude = Transforms.abs(units, true);
    INDArray codes = Masks.atLeast(magnitude, 0.5);
    for (int level = 1; level < top; level *= 2) {
      // Between level and twice the level the middle is 1.5 * level; passing it adds one more
      // level.
      codes.addi(Masks.atLeast(magnitude, 1.5 * level).muli(level));
    }
    return Codes.symmetric(codes.muli(Transforms.sign(units, true)), scales);
  }

  @Override
  void passBack(INDArray weights, INDArray step, INDArray gradient, INDArray stepGradient) {
    // Straight through.
  }
}
