package org.qat4j.runtime.loops;

import org.qat4j.graph.Op;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.recurrent.OrderedProduct;
import org.qat4j.runtime.recurrent.Recurrence;

/** The sums of a recurrent layer of real numbers. */
final class RecurrentLoop implements Recurrence.Sums {
  private final OrderedProduct input;
  private final OrderedProduct recurrent;
  private final Buffer sequence;
  private final int batch;
  private final int steps;
  private final float[] read;
  private final float[][] scratch;
  private final float[][] ofResults;

  private RecurrentLoop(OrderedProduct input, OrderedProduct recurrent, Buffer sequence) {
    this.input = input;
    this.recurrent = recurrent;
    this.sequence = sequence;
    this.batch = sequence.batch();
    this.steps = sequence.shape().height();
    this.read = new float[batch * input.inputs()];
    this.scratch = input.sums(batch);
    this.ofResults = new float[batch][input.outputs()];
  }

  static Loop<Op> prepared(RecurrentOp layer) {
    OrderedProduct input = new OrderedProduct(layer.input().reals());
    OrderedProduct recurrent = new OrderedProduct(layer.recurrent().reals());
    return (op, inputs, output) -> {
      RecurrentLoop sums = new RecurrentLoop(input, recurrent, inputs[0]);
      return new Recurrence(layer, inputs, output, sums)::run;
    };
  }

  @Override
  public void begin() {}

  @Override
  public void at(int step, float[] results, float[][] sums) {
    int features = input.inputs();
    for (int n = 0; n < batch; n++) {
      sequence.reals().get((n * steps + step) * features, read, n * features, features);
    }
    input.multiply(read, batch, scratch, sums);
    recurrent.multiply(results, batch, scratch, ofResults);
    for (int n = 0; n < batch; n++) {
      add(ofResults[n], sums[n]);
    }
  }

  private static void add(float[] ofResults, float[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += ofResults[i];
    }
  }
}
