package org.qat4j.kernels;

import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Joins several arrays: sum of equal shapes, or concatenation along the channels. */
public interface Merging {

  /**
   * Joins.
   *
   * @param inputs not modified
   * @return in the workspace of layer inputs
   */
  INDArray forward(INDArray[] inputs, LayerWorkspaceMgr workspace);

  /**
   * Differentiates.
   *
   * @param epsilon gradient of the result, not modified
   * @param channels of each input
   * @return one gradient for each input, none sharing memory with another
   */
  INDArray[] backward(INDArray epsilon, long[] channels, LayerWorkspaceMgr workspace);
}
