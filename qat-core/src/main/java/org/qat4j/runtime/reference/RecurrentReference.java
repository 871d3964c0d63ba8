package org.qat4j.runtime.reference;

import java.util.Arrays;
import java.util.Optional;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.GateFunction;
import org.qat4j.graph.Reals;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.QuantParams;

/** Recurrent layers, one image after another, step by step. */
final class RecurrentReference {
  private final RecurrentOp op;
  private final Buffer[] inputs;
  private final Buffer output;
  private final int steps;
  private final int units;

  private RecurrentReference(RecurrentOp op, Buffer[] inputs, Buffer output) {
    this.op = op;
    this.inputs = inputs;
    this.output = output;
    this.steps = inputs[0].shape().height();
    this.units = op.units();
  }

  /** What one kind of layer makes of the sums of its gates. */
  private interface Cell {
    /**
     * Goes on by one step.
     *
     * @param sums {@code [gates * units]}, biases included
     * @param state {@code [stateRows][units]}, replaced
     */
    void advance(float[] sums, float[][] state);
  }

  static Step lstm(RecurrentOp.Lstm lstm, Buffer[] inputs, Buffer output) {
    RecurrentReference layer = new RecurrentReference(lstm, inputs, output);
    return () -> layer.run((sums, state) -> advance(lstm, sums, state[0], state[1]));
  }

  static Step simpleRnn(RecurrentOp.SimpleRnn rnn, Buffer[] inputs, Buffer output) {
    RecurrentReference layer = new RecurrentReference(rnn, inputs, output);
    return () ->
        layer.run(
            (sums, state) -> {
              for (int u = 0; u < sums.length; u++) {
                state[0][u] = rnn.activation().apply(sums[u]);
              }
            });
  }

  private static void advance(RecurrentOp.Lstm lstm, float[] sums, float[] h, float[] c) {
    int units = h.length;
    for (int u = 0; u < units; u++) {
      float before = c[u];
      float i = GateFunction.SIGMOID.apply(seen(sums[u], lstm.peepholes(), u, before));
      float forget = seen(sums[2 * units + u], lstm.peepholes(), 2 * units + u, before);
      float f = GateFunction.SIGMOID.apply(forget);
      float g = GateFunction.TANH.apply(sums[3 * units + u]);
      float after = f * before + i * g;
      float open = seen(sums[units + u], lstm.peepholes(), units + u, after);
      c[u] = after;
      h[u] = GateFunction.SIGMOID.apply(open) * GateFunction.TANH.apply(after);
    }
  }

  private static float seen(float sum, Optional<Reals> peepholes, int weight, float cell) {
    return peepholes.isPresent() ? sum + peepholes.get().at(weight) * cell : sum;
  }

  private void run(Cell cell) {
    for (int n = 0; n < output.batch(); n++) {
      float[][] state = begin(n);
      for (int i = 0; i < steps; i++) {
        int step = op.scan().step(i, steps);
        cell.advance(sums(n, step, state[0]), state);
        if (isMasked(n, step)) {
          Arrays.stream(state).forEach(row -> Arrays.fill(row, 0));
        }
        put(n, step, state[0]);
      }
      for (int row = 1; row < state.length; row++) {
        put(n, steps + row - 1, state[row]);
      }
    }
  }

  private float[][] begin(int image) {
    float[][] state = new float[op.stateRows()][units];
    for (int row = 0; op.scan().resumed() && row < state.length; row++) {
      for (int u = 0; u < units; u++) {
        state[row][u] = inputs[1].real(inputs[1].index(image, u, row, 0));
      }
    }
    return state;
  }

  private boolean isMasked(int image, int step) {
    if (!op.scan().masked()) {
      return false;
    }
    Buffer mask = inputs[op.maskOperand()];
    return mask.real(mask.index(image, 0, step, 0)) == 0;
  }

  private void put(int image, int row, float[] values) {
    for (int u = 0; u < units; u++) {
      output.setReal(output.index(image, u, row, 0), values[u]);
    }
  }

  private float[] sums(int image, int step, float[] h) {
    float[] sums = new float[op.input().outChannels()];
    for (int row = 0; row < sums.length; row++) {
      sums[row] =
          switch (op.input().arithmetic()) {
            case DYNAMIC_CODES -> ofRead(image, step, row) + ofResult(h, row);
            case REALS -> ofReadReals(image, step, row) + ofResultReals(h, row);
            case CODES -> throw new IllegalStateException("is not defined on codes");
          };
    }
    return sums;
  }

  private float ofRead(int image, int step, int row) {
    Buffer x = inputs[0];
    return LinearReference.dynamicSum(
        op.input().dynamicCodes(),
        row,
        x.scale(image),
        x.zeroPoint(image),
        i -> x.code(x.index(image, i, step, 0)));
  }

  private float ofResult(float[] h, int row) {
    float low = 0;
    float high = 0;
    for (float value : h) {
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
    QuantParams params = Tensor.DynamicCodes.params(low, high);
    Coefficients.OfDynamicCodes weights = op.recurrent().dynamicCodes();
    return LinearReference.dynamicSum(
        weights, row, params.scale(), params.zeroPoint(), u -> params.quantize(h[u]));
  }

  private float ofReadReals(int image, int step, int row) {
    Buffer x = inputs[0];
    return Float32Reference.sum(op.input().reals(), row, i -> x.real(x.index(image, i, step, 0)));
  }

  private float ofResultReals(float[] h, int row) {
    return Float32Reference.sum(op.recurrent().reals(), row, u -> h[u]);
  }
}
