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

  /** Blocks of {@link #OUTPUTS} outputs, each {@code [inputs, outputs]}. */
  private final float[][] blocks;

  public OrderedProduct(Coefficients.OfReals layer) {
    this.inputs = layer.fanIn();
    this.outputs = layer.outChannels();
    this.bias = layer.bias().values();
    this.blocks = new float[(outputs - 1) / OUTPUTS + 1][];
    for (int b = 0; b < blocks.length; b++) {
      int width = width(b);
      blocks[b] = new float[inputs * width];
      for (int i = 0; i < inputs; i++) {
        for (int o = 0; o < width; o++) {
          blocks[b][i * width + o] = layer.weights().at((b * OUTPUTS + o) * inputs + i);
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
  public float[] sums(int rows) {
    return new float[rows * width(0)];
  }

  /**
   * Multiplies rows.
   *
   * @param x {@code [rows, inputs]}, not modified
   * @param sums of at least as many rows, overwritten
   * @param y {@code [rows, outputs]}, overwritten, biases included
   */
  public void multiply(float[] x, int rows, float[] sums, float[] y) {
    for (int block = 0; block < blocks.length; block++) {
      int width = width(block);
      Arrays.fill(sums, 0);
      int whole = inputs / INPUTS * INPUTS;
      for (int i = 0; i < whole; i += INPUTS) {
        for (int row = 0; row < rows; row++) {
          addEight(sums, row * width, blocks[block], i * width, width, x, row * inputs + i);
        }
      }
      for (int i = whole; i < inputs; i++) {
        for (int row = 0; row < rows; row++) {
          addOne(sums, row * width, blocks[block], i * width, width, x[row * inputs + i]);
        }
      }
      for (int row = 0; row < rows; row++) {
        addBias(sums, row * width, block * OUTPUTS, width, y, row * outputs + block * OUTPUTS);
      }
    }
  }

  /** Eight products one after another, each rounded before it is added. */
  private static void addEight(
      float[] sums, int at, float[] weights, int first, int width, float[] x, int from) {
    float x0 = x[from];
    float x1 = x[from + 1];
    float x2 = x[from + 2];
    float x3 = x[from + 3];
    float x4 = x[from + 4];
    float x5 = x[from + 5];
    float x6 = x[from + 6];
    float x7 = x[from + 7];
    for (int o = 0; o < width; o++) {
      int w = first + o;
      sums[at + o] =
          sums[at + o]
              + x0 * weights[w]
              + x1 * weights[w + width]
              + x2 * weights[w + 2 * width]
              + x3 * weights[w + 3 * width]
              + x4 * weights[w + 4 * width]
              + x5 * weights[w + 5 * width]
              + x6 * weights[w + 6 * width]
              + x7 * weights[w + 7 * width];
    }
  }

  private static void addOne(float[] sums, int at, float[] weights, int first, int width, float x) {
    for (int o = 0; o < width; o++) {
      sums[at + o] += x * weights[first + o];
    }
  }

  private void addBias(float[] sums, int at, int first, int width, float[] y, int to) {
    for (int o = 0; o < width; o++) {
      y[to + o] = sums[at + o] + bias[first + o];
    }
  }
}
