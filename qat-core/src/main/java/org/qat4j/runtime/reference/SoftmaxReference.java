package org.qat4j.runtime.reference;

import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Shape;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** Softmax over the features of each image, or of each time step. */
final class SoftmaxReference {
  private SoftmaxReference() {}

  static Step softmax(ChannelOp.Softmax op, Buffer[] inputs, Buffer output) {
    Shape shape = output.shape();
    int features =
        switch (shape.kind()) {
          case FEATURES, IMAGE -> shape.elements();
          case SEQUENCE -> shape.channels();
        };
    return () -> {
      for (int first = 0; first < output.elements(); first += features) {
        softmax(inputs[0], output, first, features);
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
