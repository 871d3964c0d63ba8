package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * {@code sign(w) * mean(|w|)} for each group, with {@code sign(0) = +1} (XNOR-Net, Rastegari et al.
 * 2016, arXiv:1603.05279, sec. 3.1).
 *
 * <p>The gradient of the real weight is that of the quantized one times {@code 1/n + alpha} where
 * {@code |w| <= 1}, and times {@code 1/n} elsewhere (sec. 3.1, "Training").
 */
final class BinaryWeights extends WeightQuantizer {
  BinaryWeights(WeightScheme scheme) {
    super(scheme);
  }

  private static INDArray scales(INDArray weights) {
    return positive(meanMagnitudes(weights));
  }

  /** The sign of each weight, and the mean magnitude of each group. */
  static Codes codes(INDArray weights) {
    INDArray signs = Masks.atLeast(weights, 0).muli(2).subi(1);
    return Codes.symmetric(signs, scales(weights));
  }

  @Override
  Codes quantize(INDArray weights, INDArray step) {
    return codes(weights);
  }

  @Override
  void passBack(INDArray weights, INDArray step, INDArray gradient, INDArray stepGradient) {
    INDArray magnitude = Transforms.abs(weights);
    INDArray factor = Masks.atMost(magnitude, 1).muliColumnVector(column(scales(weights)));
    gradient.muli(factor.addi(1.0 / weights.size(1)));
  }
}
