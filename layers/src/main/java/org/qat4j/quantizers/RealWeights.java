package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Weights of an exempt layer, which have no codes. */
final class RealWeights extends WeightQuantizer {
  RealWeights(WeightScheme scheme) {
    super(scheme);
  }

  @Override
  Codes quantize(INDArray weights, INDArray step) {
    throw new IllegalStateException("real weights have no codes");
  }

  @Override
  void passBack(INDArray weights, INDArray step, INDArray gradient, INDArray stepGradient) {
    // The weights are used as they are.
  }
}
