package org.qat4j.training.dynamic;

import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Reals;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Scan;

/**
 * An LSTM layer, with peepholes or without.
 *
 * <p>Deeplearning4j's columns are its input (the candidate), forget gate, output gate and input
 * modulation gate (the input gate), then the peepholes of forget, output and input gate; a graph
 * has input gate, output gate, forget gate, candidate, and peepholes in the order of the gates.
 */
final class LstmForm<L extends AbstractLSTM> extends RecurrentForm<L> {
  /** Where Deeplearning4j has the graph's gates: input, output, forget, candidate. */
  private static final int[] BLOCKS = {3, 2, 1, 0};

  /** Where Deeplearning4j has, behind the gates, the peepholes of input, output, forget gate. */
  private static final int[] PEEPHOLES = {2, 1, 0};

  private final boolean peepholes;

  private LstmForm(Class<L> type, boolean peepholes) {
    super(type);
    this.peepholes = peepholes;
  }

  static LstmForm<LSTM> lstm() {
    return new LstmForm<>(LSTM.class, false);
  }

  @SuppressWarnings("deprecation")
  static LstmForm<GravesLSTM> graves() {
    return new LstmForm<>(GravesLSTM.class, true);
  }

  /** Output and memory cell. */
  @Override
  int stateRows() {
    return 2;
  }

  @Override
  RecurrentOp operation(Part part, Scan scan, DynamicGraph graph) {
    requireSupported(part);
    int units = Math.toIntExact(conf(part).getNOut());
    int[] order = gates(units);
    return new RecurrentOp.Lstm(
        graph.coefficients(part, "W", order, part.row("b", order.length)),
        graph.coefficients(part, "RW", order, new float[order.length]),
        peepholes ? Optional.of(peepholes(part.parameter("RW"), units)) : Optional.empty(),
        scan);
  }

  private void requireSupported(Part part) {
    L conf = conf(part);
    if (!(conf.getActivationFn() instanceof ActivationTanH)) {
      throw refusal(
          part,
          "activation function '"
              + conf.getActivationFn()
              + "'; train it with tanh, which has to be set: Deeplearning4j's default is sigmoid");
    }
    if (!(conf.getGateActivationFn() instanceof ActivationSigmoid)) {
      throw refusal(
          part, "gate activation function '" + conf.getGateActivationFn() + "'; use sigmoid");
    }
  }

  private static IllegalArgumentException refusal(Part part, String what) {
    return DynamicForms.refusal(part.stage(), "has the " + what);
  }

  /** Deeplearning4j's columns in the order of the graph. */
  private static int[] gates(int units) {
    int[] order = new int[BLOCKS.length * units];
    for (int i = 0; i < order.length; i++) {
      order[i] = BLOCKS[i / units] * units + i % units;
    }
    return order;
  }

  private static Reals peepholes(INDArray recurrent, int units) {
    float[] values = new float[PEEPHOLES.length * units];
    for (int gate = 0; gate < PEEPHOLES.length; gate++) {
      long column = (long) BLOCKS.length * units + PEEPHOLES[gate];
      float[] ofGate = Part.numbers(recurrent.getColumn(column));
      System.arraycopy(ofGate, 0, values, gate * units, units);
    }
    return new Reals(values);
  }
}
