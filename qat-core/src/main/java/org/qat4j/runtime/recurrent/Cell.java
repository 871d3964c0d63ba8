package org.qat4j.runtime.recurrent;

import org.qat4j.graph.Elementary;
import org.qat4j.graph.GateFunction;
import org.qat4j.graph.Reals;
import org.qat4j.graph.RecurrentOp;

/** What a kind of recurrent layer makes of the sums of its gates, for one image. */
interface Cell {
  /**
   * Goes on by one step.
   *
   * @param sums of all images; overwritten
   * @param first of the image's {@code [gates * units]} sums
   * @param state rows of the state, each of all images; replaced
   * @param at the image's first unit in each row
   */
  void advance(float[] sums, int first, float[][] state, int at);

  static Cell of(RecurrentOp op) {
    if (op instanceof RecurrentOp.Lstm lstm) {
      return new Lstm(lstm);
    }
    GateFunction activation = ((RecurrentOp.SimpleRnn) op).activation();
    int units = op.units();
    return (sums, first, state, at) -> {
      apply(activation, sums, first, units);
      System.arraycopy(sums, first, state[0], at, units);
    };
  }

  private static void apply(GateFunction function, float[] x, int first, int count) {
    switch (function) {
      case SIGMOID -> sigmoid(x, first, count);
      case TANH -> tanh(x, first, count);
      case RELU, IDENTITY -> {
        for (int i = first; i < first + count; i++) {
          x[i] = function.apply(x[i]);
        }
      }
    }
  }

  /** A loop of its own, which the JVM vectorizes. */
  private static void tanh(float[] x, int first, int count) {
    for (int i = first; i < first + count; i++) {
      x[i] = Elementary.tanh(x[i]);
    }
  }

  private static void sigmoid(float[] x, int first, int count) {
    for (int i = first; i < first + count; i++) {
      x[i] = Elementary.sigmoid(x[i]);
    }
  }

  /** Input gate, output gate, forget gate and candidate. */
  final class Lstm implements Cell {
    private final int units;
    private final float[] peepholes;
    private final float[] opened;

    Lstm(RecurrentOp.Lstm op) {
      this.units = op.units();
      this.peepholes = op.peepholes().map(Reals::values).orElse(new float[0]);
      this.opened = new float[units];
    }

    @Override
    public void advance(float[] sums, int first, float[][] state, int at) {
      int output = first + units;
      int forget = output + units;
      int candidate = forget + units;
      float[] c = state[1];
      look(sums, first, 0, c, at);
      look(sums, forget, 2 * units, c, at);
      sigmoid(sums, first, units);
      sigmoid(sums, forget, units);
      tanh(sums, candidate, units);
      for (int u = 0; u < units; u++) {
        c[at + u] = sums[forget + u] * c[at + u] + sums[first + u] * sums[candidate + u];
      }
      look(sums, output, units, c, at);
      sigmoid(sums, output, units);
      System.arraycopy(c, at, opened, 0, units);
      tanh(opened, 0, units);
      float[] h = state[0];
      for (int u = 0; u < units; u++) {
        h[at + u] = sums[output + u] * opened[u];
      }
    }

    /** Adds what a gate sees of the cells through its peepholes. */
    private void look(float[] sums, int gate, int weight, float[] c, int at) {
      if (peepholes.length > 0) {
        for (int u = 0; u < units; u++) {
          sums[gate + u] += peepholes[weight + u] * c[at + u];
        }
      }
    }
  }
}
