package org.qat4j.runtime.loops;

import java.nio.FloatBuffer;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** Softmax over the features: exp(x - max) / sum in double, rounded once. */
final class SoftmaxLoop implements Step {
  private final FloatBuffer input;
  private final FloatBuffer output;
  private final int images;
  private final double[] powers;

  SoftmaxLoop(Buffer input, Buffer output) {
    this.input = input.reals();
    this.output = output.reals();
    this.images = output.batch();
    this.powers = new double[output.shape().elements()];
  }

  @Override
  public void run() {
    for (int n = 0; n < images; n++) {
      softmax(n * powers.length);
    }
  }

  private void softmax(int first) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < powers.length; i++) {
      largest = Math.max(largest, input.get(first + i));
    }
    double sum = 0;
    for (int i = 0; i < powers.length; i++) {
      powers[i] = Math.exp((double) input.get(first + i) - largest);
      sum += powers[i];
    }
    for (int i = 0; i < powers.length; i++) {
      output.put(first + i, (float) (powers[i] / sum));
    }
  }
}
