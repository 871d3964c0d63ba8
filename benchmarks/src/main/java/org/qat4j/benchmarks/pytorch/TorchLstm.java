package org.qat4j.benchmarks.pytorch;

import org.bytedeco.pytorch.Tensor;

/** LSTM layers, one behind the other. */
interface TorchLstm {
  /**
   * Outputs of the last layer at each step.
   *
   * @param x {@code [batch, time, features]}
   * @return {@code [batch, time, hidden]}
   */
  Tensor outputs(Tensor x);
}
