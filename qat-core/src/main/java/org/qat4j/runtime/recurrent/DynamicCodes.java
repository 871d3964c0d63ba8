package org.qat4j.runtime.recurrent;

import org.qat4j.graph.Tensor;
import org.qat4j.scheme.QuantParams;

/** Turns groups of real numbers into codes under a scale and zero point of their own. */
public final class DynamicCodes {
  /** 1.5 * 2^23: added to a small number, it leaves the nearest integer in the lowest bits. */
  private static final float ROUND = 12582912f;

  private final float[] steps;
  private QuantParams params = Tensor.DynamicCodes.params(0, 0);

  /**
   * A quantizer with memory of its own.
   *
   * @param most numbers of one group
   */
  public DynamicCodes(int most) {
    this.steps = new float[most];
  }

  /** Of the last group. */
  public float scale() {
    return params.scale();
  }

  /** Of the last group. */
  public int zeroPoint() {
    return params.zeroPoint();
  }

  /**
   * Computes the codes of one group.
   *
   * @param reals not modified
   * @param codes gets them from position 0 on
   */
  public void quantize(float[] reals, int first, int count, byte[] codes) {
    float low = 0;
    float high = 0;
    boolean numbers = true;
    for (int i = first; i < first + count; i++) {
      float real = reals[i];
      low = real < low ? real : low;
      high = real > high ? real : high;
      numbers &= !Float.isNaN(real);
    }
    params = Tensor.DynamicCodes.params(low, high);
    if (numbers) {
      quantizeNumbers(reals, first, count, codes);
    } else {
      for (int i = 0; i < count; i++) {
        codes[i] = (byte) params.quantize(reals[first + i]);
      }
    }
  }

  /** Clamping before rounding is the same, since the bounds are integers. */
  private void quantizeNumbers(float[] reals, int first, int count, byte[] codes) {
    float scale = params.scale();
    int zero = params.zeroPoint();
    float least = params.range().min() - zero;
    float most = params.range().max() - zero;
    System.arraycopy(reals, first, steps, 0, count);
    for (int i = 0; i < count; i++) {
      steps[i] = Math.max(least, Math.min(most, steps[i] / scale)) + ROUND;
    }
    for (int i = 0; i < count; i++) {
      codes[i] = (byte) (Float.floatToRawIntBits(steps[i]) + zero);
    }
  }
}
