package org.qat4j.runtime.loops;

import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;
import org.qat4j.runtime.recurrent.DynamicCodes;

/** DynamicQuantizeLinear of features or a sequence, image by image. */
final class QuantizeDynamicLoop implements Step {
  private final Buffer input;
  private final Buffer output;
  private final float[] reals;
  private final byte[] codes;
  private final DynamicCodes quantizer;

  QuantizeDynamicLoop(Buffer input, Buffer output) {
    this.input = input;
    this.output = output;
    this.reals = new float[input.shape().elements()];
    this.codes = new byte[reals.length];
    this.quantizer = new DynamicCodes(reals.length);
  }

  @Override
  public void run() {
    for (int n = 0; n < output.batch(); n++) {
      input.reals().get(n * reals.length, reals);
      quantizer.quantize(reals, 0, reals.length, codes);
      output.bytes().put(n * codes.length, codes);
      output.setParams(n, quantizer.scale(), quantizer.zeroPoint());
    }
  }
}
