package org.qat4j.runtime.recurrent;

import java.util.Arrays;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.runtime.Buffer;

/** Goes with a batch of sequences through the steps of a recurrent layer. */
public final class Recurrence {
  private final RecurrentOp op;
  private final Buffer[] inputs;
  private final Buffer output;
  private final Sums products;
  private final Cell cell;
  private final int steps;
  private final int units;
  private final float[][] sums;
  private final float[][] state;

  /** The sums of all gates, in the layer's arithmetic. */
  public interface Sums {
    /** Called once before the steps: computes what does not depend on their results. */
    void begin();

    /**
     * Computes one step.
     *
     * @param results {@code [batch, units]} of the step before
     * @param sums {@code [batch][gates * units]}, overwritten
     */
    void at(int step, float[] results, float[][] sums);
  }

  /**
   * Binds a layer.
   *
   * @param inputs the operands, in their order
   */
  public Recurrence(RecurrentOp op, Buffer[] inputs, Buffer output, Sums products) {
    this.op = op;
    this.inputs = inputs.clone();
    this.output = output;
    this.products = products;
    this.cell = Cell.of(op);
    this.steps = inputs[0].shape().height();
    this.units = op.units();
    this.sums = new float[output.batch()][op.gates() * units];
    this.state = new float[op.stateRows()][output.batch() * units];
  }

  /** Computes the whole batch; allocates nothing. */
  public void run() {
    begin();
    products.begin();
    for (int i = 0; i < steps; i++) {
      int step = op.scan().step(i, steps);
      products.at(step, state[0], sums);
      for (int n = 0; n < output.batch(); n++) {
        cell.advance(sums[n], state, n * units);
        clearIfMasked(n, step);
        put(n, step, state[0]);
      }
    }
    for (int row = 1; row < state.length; row++) {
      for (int n = 0; n < output.batch(); n++) {
        put(n, steps + row - 1, state[row]);
      }
    }
  }

  private void begin() {
    for (int row = 0; row < state.length; row++) {
      Arrays.fill(state[row], 0);
      for (int n = 0; op.scan().resumed() && n < output.batch(); n++) {
        int from = (n * state.length + row) * units;
        inputs[1].reals().get(from, state[row], n * units, units);
      }
    }
  }

  private void clearIfMasked(int image, int step) {
    if (op.scan().masked() && inputs[op.maskOperand()].real(image * steps + step) == 0) {
      for (float[] row : state) {
        Arrays.fill(row, image * units, (image + 1) * units, 0);
      }
    }
  }

  private void put(int image, int row, float[] values) {
    int rows = output.shape().height();
    output.reals().put((image * rows + row) * units, values, image * units, units);
  }
}
