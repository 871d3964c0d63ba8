package org.qat4j.kernels;

import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Max pooling. */
public interface Pooling {

  /** The largest value of each window, in the workspace of activations. */
  INDArray forward(INDArray input, boolean training, LayerWorkspaceMgr workspace);

  /** The gradient of the input of the last forward pass in training. */
  INDArray backward(INDArray input, INDArray epsilon, LayerWorkspaceMgr workspace);
}
