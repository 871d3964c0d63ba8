package org.qat4j.runtime.reference;

import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Elementary;
import org.qat4j.graph.Shape;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** Softmax over the features of each image, in double, or of each time step, in float32. */
final class SoftmaxReference {
  /** Partial sums of a step. */
  private static final int LANES = 1024;

  private SoftmaxReference() {}

  static Step softmax(ChannelOp.Softmax op, Buffer[] inputs, Buffer output) {
    Shape shape = output.shape();
    return switch (shape.kind()) {
      case FEATURES, IMAGE -> each(shape.elements(), inputs[0], output, SoftmaxReference::softmax);
      case SEQUENCE -> each(shape.channels(), inputs[0], output, SoftmaxReference::ofStep);
    };
  }

  /** Makes numbers that lie together to probabilities. */
  private interface Group {
    void softmax(Buffer input, Buffer output, int first, int count);
  }

  private static Step each(int count, Buffer input, Buffer output, Group group) {
    return () -> {
      for (int first = 0; first < output.elements(); first += count) {
        group.softmax(input, output, first, count);
      }
    };
  }

  /** The sum is one of {@link #LANES} sums, of every so-manieth term each. */
  private static void ofStep(Buffer input, Buffer output, int first, int count) {
    float largest = largest(input, first, count);
    float[] lanes = new float[LANES];
    for (int i = 0; i < count; i++) {
      lanes[i % LANES] += Elementary.exp(input.real(first + i) - largest);
    }
    double sum = 0;
    for (float lane : lanes) {
      sum += lane;
    }
    float part = 1 / (float) sum;
    for (int i = first; i < first + count; i++) {
      output.setReal(i, Elementary.exp(input.real(i) - largest) * part);
    }
  }

  /** exp(x - max) / sum in double, rounded once: large inputs do not overflow. */
  private static void softmax(Buffer input, Buffer output, int first, int count) {
    float largest = largest(input, first, count);
    double sum = 0;
    for (int i = first; i < first + count; i++) {
      sum += Math.exp((double) input.real(i) - largest);
    }
    for (int i = first; i < first + count; i++) {
      output.setReal(i, (float) (Math.exp((double) input.real(i) - largest) / sum));
    }
  }

  private static float largest(Buffer input, int first, int count) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = first; i < first + count; i++) {
      largest = Math.max(largest, input.real(i));
    }
    return largest;
  }
}
