package org.qat4j.runtime.loops;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.qat4j.graph.Elementary;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/**
 * Softmax of each time step, a block of as many numbers as there are partial sums after another.
 * The JVM vectorizes loops over arrays that are read and written at the same place; the change from
 * a number to its bits is none of them, and goes by way of memory.
 */
final class StepSoftmaxLoop implements Step {
  private static final int LANES = 1024;

  private final FloatBuffer input;
  private final FloatBuffer output;
  private final int rows;
  private final int features;
  private final float[] lanes = new float[LANES];
  private final float[] numbers = new float[LANES];
  private final float[] powers = new float[LANES];
  private final int[] fractionBits = new int[LANES];
  private final int[] powerBits = new int[LANES];
  private final IntBuffer bits;
  private final FloatBuffer asReals;

  StepSoftmaxLoop(Buffer input, Buffer output) {
    this.input = input.reals();
    this.output = output.reals();
    this.features = input.shape().channels();
    this.rows = output.elements() / features;
    ByteBuffer block =
        ByteBuffer.allocateDirect(LANES * Float.BYTES).order(ByteOrder.nativeOrder());
    this.bits = block.asIntBuffer();
    this.asReals = block.asFloatBuffer();
  }

  @Override
  public void run() {
    for (int row = 0; row < rows; row++) {
      int end = (row + 1) * features;
      float largest = largest(end - features, end);
      divide(end - features, end, sumOfPowers(end - features, end, largest));
    }
  }

  private float largest(int first, int end) {
    Arrays.fill(lanes, Float.NEGATIVE_INFINITY);
    for (int at = first; at < end; at += LANES) {
      int count = Math.min(LANES, end - at);
      input.get(at, numbers, 0, count);
      for (int i = 0; i < count; i++) {
        lanes[i] = Math.max(lanes[i], numbers[i]);
      }
    }
    float largest = Float.NEGATIVE_INFINITY;
    for (float lane : lanes) {
      largest = Math.max(largest, lane);
    }
    return largest;
  }

  /** Leaves the powers in the output. */
  private float sumOfPowers(int first, int end, float largest) {
    Arrays.fill(lanes, 0);
    for (int at = first; at < end; at += LANES) {
      int count = Math.min(LANES, end - at);
      input.get(at, numbers, 0, count);
      exp(count, largest);
      for (int i = 0; i < count; i++) {
        lanes[i] += numbers[i];
      }
      output.put(at, numbers, 0, count);
    }
    double sum = 0;
    for (float lane : lanes) {
      sum += lane;
    }
    return (float) sum;
  }

  private void exp(int count, float largest) {
    for (int i = 0; i < count; i++) {
      numbers[i] = Elementary.expClamped(numbers[i] - largest);
    }
    for (int i = 0; i < count; i++) {
      powers[i] = Elementary.expPower(numbers[i]);
    }
    for (int i = 0; i < count; i++) {
      numbers[i] = Elementary.expFraction(numbers[i]);
    }
    toBits(powers, powerBits, count);
    toBits(numbers, fractionBits, count);
    for (int i = 0; i < count; i++) {
      fractionBits[i] = Elementary.expBits(fractionBits[i], powerBits[i]);
    }
    bits.put(0, fractionBits, 0, count);
    asReals.get(0, numbers, 0, count);
  }

  private void toBits(float[] reals, int[] integers, int count) {
    asReals.put(0, reals, 0, count);
    bits.get(0, integers, 0, count);
  }

  private void divide(int first, int end, float sum) {
    for (int at = first; at < end; at += LANES) {
      int count = Math.min(LANES, end - at);
      output.get(at, numbers, 0, count);
      for (int i = 0; i < count; i++) {
        numbers[i] /= sum;
      }
      output.put(at, numbers, 0, count);
    }
  }
}
