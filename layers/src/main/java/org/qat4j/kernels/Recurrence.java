package org.qat4j.kernels;

import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A recurrent layer over whole sequences, which are {@code [time, batch, features]} in row order.
 */
public interface Recurrence {

  /**
   * Weights, or their gradients.
   *
   * @param input {@code [features, gates * units]} in column order
   * @param recurrent {@code [units, gates * units]} in column order, peepholes behind
   * @param bias {@code gates * units} values
   */
  record Weights(INDArray input, INDArray recurrent, INDArray bias) {
    public long features() {
      return input.size(0);
    }

    public long units() {
      return recurrent.size(0);
    }
  }

  /**
   * What a forward pass reads.
   *
   * @param input not modified as long as it may be differentiated
   * @param initial the states before the first step, {@code [batch, units]} each, not modified
   * @param mask {@code [batch, time]}: at a step whose mask is 0 all states become 0, as
   *     Deeplearning4j has it; null for none
   */
  @SuppressWarnings("ArrayRecordComponent") // One array of arrays, handed through.
  record Pass(INDArray input, Weights weights, INDArray[] initial, INDArray mask) {
    public long time() {
      return input.size(0);
    }

    public long batch() {
      return input.size(1);
    }

    public long units() {
      return weights.units();
    }
  }

  /**
   * Computes the outputs of all steps, and keeps what the backward pass needs until it runs again.
   *
   * @param last the states after the last step, {@code [batch, units]} each in row order,
   *     overwritten
   * @return {@code [time, batch, units]} in the workspace of activations; readers may change it
   */
  INDArray forward(Pass pass, INDArray[] last, LayerWorkspaceMgr workspace);

  /**
   * Differentiates the last forward pass; no gradient comes from behind the last step.
   *
   * @param epsilon gradient of the outputs, {@code [time, batch, units]} with any strides, not
   *     modified
   * @param gradients overwritten
   * @return gradient of the input, {@code [time, batch, features]} in row order, in the workspace
   *     of activation gradients
   */
  INDArray backward(Pass pass, INDArray epsilon, Weights gradients, LayerWorkspaceMgr workspace);
}
