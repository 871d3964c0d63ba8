package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Merging;

/** Element-wise sum. */
final class Nd4jSum implements Merging {
  @Override
  public INDArray forward(INDArray[] inputs, LayerWorkspaceMgr workspace) {
    INDArray sum = workspace.dup(ArrayType.INPUT, inputs[0], 'c');
    for (int i = 1; i < inputs.length; i++) {
      sum.addi(inputs[i]);
    }
    return sum;
  }

  @Override
  public INDArray[] backward(INDArray epsilon, long[] channels, LayerWorkspaceMgr workspace) {
    INDArray[] gradients = new INDArray[channels.length];
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = workspace.dup(ArrayType.ACTIVATION_GRAD, epsilon, 'c');
    }
    return gradients;
  }
}
