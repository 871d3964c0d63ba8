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
   * @param sums {@code [gates * units]}; overwritten
   * @param state rows of the state, each of all images; replaced
   * @param at the image's first unit in each row
   */
  void advance(float[] sums, float[][] state, int at);

  static Cell of(RecurrentOp op) {
    if (op instanceof RecurrentOp.Lstm lstm) {
      return new Lstm(lstm);
    }
    GateFunction activation = ((RecurrentOp.SimpleRnn) op).activation();
    int units = op.units();
    return (sums, state, at) -> {
      apply(activation, sums);
      System.arraycopy(sums, 0, state[0], at, units);
    };
  }

  private static void apply(GateFunction function, float[] x) {
    switch (function) {
      case SIGMOID -> sigmoid(x, 0, x.length);
      case TANH -> tanh(x, 0, x.length);
      case RELU, IDENTITY -> {
        for (int i = 0; i < x.length; i++) {
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
    public void advance(float[] sums, float[][] state, int at) {
      int output = units;
      int forget = 2 * units;
      int candidate = 3 * units;
      float[] c = state[1];
      look(sums, 0, c, at);
      look(sums, forget, c, at);
      sigmoid(sums, 0, units);
      sigmoid(sums, forget, units);
      tanh(sums, candidate, units);
      for (int u = 0; u < units; u++) {
        c[at + u] = sums[forget + u] * c[at + u] + sums[u] * sums[candidate + u];
      }
      look(sums, output, c, at);
      sigmoid(sums, output, units);
      System.arraycopy(c, at, opened, 0, units);
      tanh(opened, 0, units);
      float[] h = state[0];
      for (int u = 0; u < units; u++) {
        h[at + u] = sums[output + u] * opened[u];
      }
    }

    /** Adds what a gate sees of the cells through its peepholes, which lie as the gates do. */
    private void look(float[] sums, int gate, float[] c, int at) {
      if (peepholes.length > 0) {
        for (int u = 0; u < units; u++) {
          sums[gate + u] += peepholes[gate + u] * c[at + u];
        }
      }
    }
  }
}
