package org.qat4j.runtime.loops;

import org.qat4j.graph.Clip;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Op;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;
import org.qat4j.runtime.recurrent.OrderedProduct;

/** Dense layer of real numbers, of features or of each step. */
final class DenseLoop implements Step {
  /** Rows at a time. */
  private static final int ROWS = 64;

  private final OrderedProduct product;
  private final Clip clip;
  private final Buffer input;
  private final Buffer output;
  private final int rows;
  private final float[] x;
  private final float[][] sums;
  private final float[][] y;

  private DenseLoop(OrderedProduct product, Clip clip, Buffer input, Buffer output) {
    this.product = product;
    this.clip = clip;
    this.input = input;
    this.output = output;
    this.rows = output.elements() / product.outputs();
    int most = Math.min(ROWS, rows);
    this.x = new float[most * product.inputs()];
    this.sums = product.sums(most);
    this.y = new float[most][product.outputs()];
  }

  static Loop<Op> prepared(LinearOp.Dense dense) {
    OrderedProduct product = new OrderedProduct(dense.coefficients().reals());
    return (op, inputs, output) -> new DenseLoop(product, dense.clip(), inputs[0], output);
  }

  @Override
  public void run() {
    for (int first = 0; first < rows; first += ROWS) {
      int count = Math.min(ROWS, rows - first);
      input.reals().get(first * product.inputs(), x, 0, count * product.inputs());
      product.multiply(x, count, sums, y);
      for (int row = 0; row < count; row++) {
        clip(y[row]);
        output.reals().put((first + row) * product.outputs(), y[row]);
      }
    }
  }

  private void clip(float[] numbers) {
    for (int i = 0; !clip.equals(Clip.NONE) && i < numbers.length; i++) {
      numbers[i] = clip.apply(numbers[i]);
    }
  }
}
