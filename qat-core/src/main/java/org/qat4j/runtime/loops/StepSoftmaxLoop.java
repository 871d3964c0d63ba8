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
 * Softmax of each time step, whose numbers are read and written once and meanwhile stay in the
 * cache, in blocks of as many as there are partial sums. The JVM vectorizes loops over arrays that
 * are read and written at the same place; the change from a number to its bits is none of them, and
 * goes by way of memory.
 */
final class StepSoftmaxLoop implements Step {
  private static final int LANES = 1024;

  private final FloatBuffer input;
  private final FloatBuffer output;
  private final int rows;
  private final int features;
  private final float[][] blocks;
  private final float[] lanes = new float[LANES];
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
    this.blocks = new float[(features - 1) / LANES + 1][];
    for (int b = 0; b < blocks.length; b++) {
      blocks[b] = new float[Math.min(LANES, features - b * LANES)];
    }
    ByteBuffer block =
        ByteBuffer.allocateDirect(LANES * Float.BYTES).order(ByteOrder.nativeOrder());
    this.bits = block.asIntBuffer();
    this.asReals = block.asFloatBuffer();
  }

  @Override
  public void run() {
    for (int row = 0; row < rows; row++) {
      for (int b = 0; b < blocks.length; b++) {
        input.get(row * features + b * LANES, blocks[b]);
      }
      float part = 1 / sumOfPowers(largest());
      for (int b = 0; b < blocks.length; b++) {
        multiply(blocks[b], part);
        output.put(row * features + b * LANES, blocks[b]);
      }
    }
  }

  private float largest() {
    Arrays.fill(lanes, Float.NEGATIVE_INFINITY);
    for (float[] numbers : blocks) {
      keepLarger(lanes, numbers);
    }
    float largest = Float.NEGATIVE_INFINITY;
    for (float lane : lanes) {
      largest = Math.max(largest, lane);
    }
    return largest;
  }

  private static void keepLarger(float[] lanes, float[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      lanes[i] = Math.max(lanes[i], numbers[i]);
    }
  }

  /** Leaves the powers in the blocks. */
  private float sumOfPowers(float largest) {
    Arrays.fill(lanes, 0);
    for (float[] numbers : blocks) {
      exp(numbers, largest);
      add(lanes, numbers);
    }
    double sum = 0;
    for (float lane : lanes) {
      sum += lane;
    }
    return (float) sum;
  }

  private static void add(float[] lanes, float[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      lanes[i] += numbers[i];
    }
  }

  private void exp(float[] numbers, float largest) {
    int count = numbers.length;
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

  private static void multiply(float[] numbers, float factor) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] *= factor;
    }
  }
}
