package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Pooling;

/** The mean of each channel. */
final class Nd4jGlobalAverage implements Pooling {
  @Override
  public INDArray forward(INDArray input, ArrayType type, LayerWorkspaceMgr workspace) {
    return workspace.leverageTo(type, input.mean(2, 3));
  }

  @Override
  public INDArray infer(INDArray input, LayerWorkspaceMgr workspace) {
    return forward(input, ArrayType.ACTIVATIONS, workspace);
  }

  @Override
  public INDArray backward(INDArray input, INDArray epsilon, LayerWorkspaceMgr workspace) {
    INDArray gradient =
        workspace.createUninitialized(
            ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), 'c');
    long pixels = input.size(2) * input.size(3);
    INDArray share = epsilon.div(pixels).reshape('c', input.size(0), input.size(1), 1, 1);
    return gradient.assign(share.broadcast(input.shape()));
  }
}
