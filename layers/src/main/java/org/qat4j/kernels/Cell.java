package org.qat4j.kernels;

import org.nd4j.linalg.activations.IActivation;

/** What a recurrent layer computes at each step of a sequence. */
public sealed interface Cell {

  /** How many weighted sums each unit has. */
  int gates();

  /** How many states each unit hands to the next step: the output, and what else. */
  int states();

  /**
   * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al.
   * 2000). Its weights' columns are, as Deeplearning4j has them, those of the candidates, of the
   * forget, the output and the input gates; behind them of the recurrent ones, if it has peepholes,
   * one column each of the weights by which the forget, the output and the input gate see the
   * memory (Gers and Schmidhuber 2000): the output gate the new one, the others the old one.
   *
   * @param activation of candidates and of the memory
   * @param gate activation of the gates
   */
  record Lstm(IActivation activation, IActivation gate, boolean peepholes) implements Cell {
    @Override
    public int gates() {
      return 4;
    }

    /** Output and memory. */
    @Override
    public int states() {
      return 2;
    }
  }

  /** An activation of the weighted sum of input and last output (Elman 1990). */
  record Simple(IActivation activation) implements Cell {
    @Override
    public int gates() {
      return 1;
    }

    @Override
    public int states() {
      return 1;
    }
  }
}
