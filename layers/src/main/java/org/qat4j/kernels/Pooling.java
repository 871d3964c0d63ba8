package org.qat4j.kernels;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Max or average pooling over windows or, giving {@code [batch, channels]}, over the whole image.
 */
public interface Pooling {

  /**
   * Pools.
   *
   * @param input not modified
   * @param type which workspace the result belongs to
   */
  INDArray forward(INDArray input, ArrayType type, LayerWorkspaceMgr workspace);

  /**
   * Pools for inference, with nothing kept for a backward pass.
   *
   * @param input not modified
   * @return in the workspace of activations
   */
  INDArray infer(INDArray input, LayerWorkspaceMgr workspace);

  /**
   * Differentiates the last forward pass.
   *
   * @param input of the forward pass
   * @param epsilon gradient of the result, not modified
   * @return gradient of the input
   */
  INDArray backward(INDArray input, INDArray epsilon, LayerWorkspaceMgr workspace);
}
