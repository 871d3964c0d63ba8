package org.qat4j.runtime.loops;

import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** DequantizeLinear from NHWC codes to real numbers of either order, by table. */
final class DequantizeLoop implements Step {
  private final Buffer input;
  private final Buffer output;
  private final float[] table;

  DequantizeLoop(Buffer input, Buffer output) {
    this.input = input;
    this.output = output;
    this.table = CodeTable.of(input, input.tensor().params()::dequantize);
  }

  @Override
  public void run() {
    int channels = output.isChannelsLast() ? 1 : output.shape().channels();
    int pixels = input.shape().elements() / channels;
    int to = 0;
    for (int n = 0; n < input.batch(); n++) {
      for (int c = 0; c < channels; c++) {
        int from = n * pixels * channels + c;
        for (int i = 0; i < pixels; i++) {
          output.reals().put(to++, table[input.bytes().get(from) & 0xFF]);
          from += channels;
        }
      }
    }
  }
}
