package org.qat4j.kernels;

import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The multiply-accumulate part of a layer: convolution or dense. */
public interface Linear {

  /**
   * The weights of Deeplearning4j's parameter table as rows {@code [outChannels, fanIn]}; a view.
   */
  INDArray rows(INDArray weights);

  /**
   * Multiplies.
   *
   * @param input not modified
   * @param rows weights {@code [outChannels, fanIn]}, not modified
   * @param bias one value per output channel, or null
   * @return in the workspace of layer inputs, which lives until the backward pass
   */
  INDArray forward(INDArray input, INDArray rows, INDArray bias, LayerWorkspaceMgr workspace);

  /**
   * Differentiates.
   *
   * @param epsilon gradient of the output, not modified
   * @param weightGradient view of the parameter's gradient, overwritten
   * @param biasGradient view likewise, or null
   * @return gradient of the input, in the workspace of activation gradients
   */
  INDArray backward(
      INDArray input,
      INDArray rows,
      INDArray epsilon,
      INDArray weightGradient,
      INDArray biasGradient,
      LayerWorkspaceMgr workspace);

  /** As {@link #backward}, without the gradient of the input. */
  default void backwardWeights(
      INDArray input,
      INDArray rows,
      INDArray epsilon,
      INDArray weightGradient,
      INDArray biasGradient,
      LayerWorkspaceMgr workspace) {
    backward(input, rows, epsilon, weightGradient, biasGradient, workspace);
  }
}
