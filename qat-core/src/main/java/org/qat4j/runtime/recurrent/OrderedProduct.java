package org.qat4j.runtime.recurrent;

import java.util.Arrays;
import org.qat4j.graph.Coefficients;

/**
 * Dense layer of real numbers whose sums run in the order of the inputs, as the definition demands:
 * many outputs side by side, so that each input is multiplied with a row of transposed weights.
 */
public final class OrderedProduct {
  /** Outputs at a time, whose weights for {@link #INPUTS} inputs the nearest cache holds. */
  private static final int OUTPUTS = 512;

  /** Inputs in one pass over the sums. */
  private static final int INPUTS = 8;

  private final int inputs;
  private final int outputs;
  private final float[] bias;

  /** Blocks of {@link #OUTPUTS} outputs, each {@code [inputs][outputs]}. */
  private final float[][][] blocks;

  public OrderedProduct(Coefficients.OfReals layer) {
    this.inputs = layer.fanIn();
    this.outputs = layer.outChannels();
    this.bias = layer.bias().values();
    this.blocks = new float[(outputs - 1) / OUTPUTS + 1][][];
    for (int b = 0; b < blocks.length; b++) {
      blocks[b] = new float[inputs][width(b)];
      for (int i = 0; i < inputs; i++) {
        for (int o = 0; o < width(b); o++) {
          blocks[b][i][o] = layer.weights().at((b * OUTPUTS + o) * inputs + i);
        }
      }
    }
  }

  public int inputs() {
    return inputs;
  }

  public int outputs() {
    return outputs;
  }

  private int width(int block) {
    return Math.min(OUTPUTS, outputs - block * OUTPUTS);
  }

  /** Memory for the sums of so many rows, for {@link #multiply}. */
  public float[][] sums(int rows) {
    return new float[rows][width(0)];
  }

  /**
   * Multiplies rows.
   *
   * @param x {@code [rows, inputs]}, not modified
   * @param sums of at least as many rows, overwritten
   * @param y {@code [rows][outputs]}, overwritten, biases included
   */
  public void multiply(float[] x, int rows, float[][] sums, float[][] y) {
    for (int block = 0; block < blocks.length; block++) {
      int width = width(block);
      for (int row = 0; row < rows; row++) {
        Arrays.fill(sums[row], 0);
      }
      int whole = inputs / INPUTS * INPUTS;
      for (int i = 0; i < whole; i += INPUTS) {
        for (int row = 0; row < rows; row++) {
          addEight(sums[row], blocks[block], i, width, x, row * inputs + i);
        }
      }
      for (int i = whole; i < inputs; i++) {
        for (int row = 0; row < rows; row++) {
          addOne(sums[row], blocks[block][i], width, x[row * inputs + i]);
        }
      }
      for (int row = 0; row < rows; row++) {
        addBias(sums[row], block * OUTPUTS, width, y[row]);
      }
    }
  }

  /**
   * Eight products one after another, each rounded before it is added. The JVM vectorizes loops
   * that read and write all arrays at the same place.
   */
  private static void addEight(
      float[] sums, float[][] weights, int first, int width, float[] x, int from) {
    float[] w0 = weights[first];
    float[] w1 = weights[first + 1];
    float[] w2 = weights[first + 2];
    float[] w3 = weights[first + 3];
    float[] w4 = weights[first + 4];
    float[] w5 = weights[first + 5];
    float[] w6 = weights[first + 6];
    float[] w7 = weights[first + 7];
    float x0 = x[from];
    float x1 = x[from + 1];
    float x2 = x[from + 2];
    float x3 = x[from + 3];
    float x4 = x[from + 4];
    float x5 = x[from + 5];
    float x6 = x[from + 6];
    float x7 = x[from + 7];
    for (int o = 0; o < width; o++) {
      sums[o] =
          sums[o]
              + x0 * w0[o]
              + x1 * w1[o]
              + x2 * w2[o]
              + x3 * w3[o]
              + x4 * w4[o]
              + x5 * w5[o]
              + x6 * w6[o]
              + x7 * w7[o];
    }
  }

  private static void addOne(float[] sums, float[] weights, int width, float x) {
    for (int o = 0; o < width; o++) {
      sums[o] += x * weights[o];
    }
  }

  private void addBias(float[] sums, int first, int width, float[] y) {
    for (int o = 0; o < width; o++) {
      y[first + o] = sums[o] + bias[first + o];
    }
  }
}
