package org.qat4j.runtime.loops;

import org.qat4j.graph.Clip;
import org.qat4j.graph.Requantization;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Element-wise sum; each operand's product comes from a table. */
final class AddLoop implements Step {
  /** See {@link QuantizeLoop}. */
  private static final float ROUND = 12582912f;

  private final Buffer a;
  private final Buffer b;
  private final Buffer output;
  private final float[] productsA;
  private final float[] productsB;
  private final int zero;
  private final float low;
  private final float high;

  AddLoop(Clip clip, Buffer a, Buffer b, Buffer output) {
    QuantParams y = output.tensor().params();
    IntRange codes = clip.codes(y);
    this.a = a;
    this.b = b;
    this.output = output;
    this.productsA = products(a, y);
    this.productsB = products(b, y);
    this.zero = y.zeroPoint();
    this.low = codes.min() - zero;
    this.high = codes.max() - zero;
  }

  private static float[] products(Buffer operand, QuantParams y) {
    QuantParams params = operand.tensor().params();
    float multiplier = Requantization.addend(params, y);
    return CodeTable.of(operand, code -> (code - params.zeroPoint()) * multiplier);
  }

  @Override
  public void run() {
    int count = output.elements();
    for (int i = 0; i < count; i++) {
      float sum = productsA[a.bytes().get(i) & 0xFF] + productsB[b.bytes().get(i) & 0xFF];
      float clamped = sum >= high ? high : sum > low ? sum : low;
      output.bytes().put(i, (byte) ((int) (clamped + ROUND - ROUND) + zero));
    }
  }
}
