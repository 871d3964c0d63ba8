package org.qat4j.runtime.reference;

import org.qat4j.graph.ChannelOp;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** Softmax over the features of each image. */
final class SoftmaxReference {
  private SoftmaxReference() {}

  static Step softmax(ChannelOp.Softmax op, Buffer[] inputs, Buffer output) {
    int features = output.shape().elements();
    return () -> {
      for (int n = 0; n < output.batch(); n++) {
        softmax(inputs[0], output, n * features, features);
      }
    };
  }

  /** exp(x - max) / sum in double, rounded once: large inputs do not overflow. */
  private static void softmax(Buffer input, Buffer output, int first, int count) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = first; i < first + count; i++) {
      largest = Math.max(largest, input.real(i));
    }
    double sum = 0;
    for (int i = first; i < first + count; i++) {
      sum += Math.exp((double) input.real(i) - largest);
    }
    for (int i = first; i < first + count; i++) {
      output.setReal(i, (float) (Math.exp((double) input.real(i) - largest) / sum));
    }
  }
}
