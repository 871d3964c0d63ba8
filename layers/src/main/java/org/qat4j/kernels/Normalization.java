package org.qat4j.kernels;

import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Batch normalization (Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 1). */
public interface Normalization {

  /**
   * {@code gamma * (z - mean) / sqrt(variance + epsilon) + beta} per channel.
   *
   * @param z not modified
   * @param mean per channel; written from the batch unless {@code given}
   * @param variance biased, per channel; written from the batch unless {@code given}
   * @param given whether mean and variance are inputs
   * @return in the workspace of layer inputs
   */
  INDArray forward(
      INDArray z,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      boolean given,
      LayerWorkspaceMgr workspace);

  /**
   * Differentiates, through mean and variance unless they were given.
   *
   * @param epsilon gradient of the output, not modified
   * @param gammaGradient overwritten
   * @param betaGradient overwritten
   * @return gradient of z
   */
  INDArray backward(
      INDArray z,
      INDArray epsilon,
      INDArray gamma,
      INDArray mean,
      INDArray variance,
      boolean given,
      INDArray gammaGradient,
      INDArray betaGradient,
      LayerWorkspaceMgr workspace);
}
