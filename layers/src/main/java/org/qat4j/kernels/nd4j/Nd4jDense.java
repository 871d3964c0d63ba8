package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.Linear;

/** Fully connected: input [batch, features], weights [features, outputs] in column order. */
final class Nd4jDense implements Linear {
  @Override
  public INDArray rows(INDArray weights) {
    return weights.transpose();
  }

  @Override
  public INDArray forward(
      INDArray input, INDArray rows, INDArray bias, LayerWorkspaceMgr workspace) {
    INDArray z =
        workspace.createUninitialized(
            ArrayType.INPUT, input.dataType(), new long[] {input.size(0), rows.size(0)}, 'f');
    input.mmuli(rows.transpose(), z);
    return bias == null ? z : z.addiRowVector(bias);
  }

  @Override
  public INDArray backward(
      INDArray input,
      INDArray rows,
      INDArray epsilon,
      INDArray weightGradient,
      INDArray biasGradient,
      LayerWorkspaceMgr workspace) {
    Nd4j.gemm(input, epsilon, weightGradient, true, false, 1.0, 0.0);
    if (biasGradient != null) {
      biasGradient.assign(epsilon.sum(0).reshape(biasGradient.shape()));
    }
    INDArray inputGradient =
        workspace.createUninitialized(
            ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), 'f');
    return epsilon.mmuli(rows, inputGradient);
  }
}
