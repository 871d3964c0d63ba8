package org.qat4j.runtime.loops;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.QuantParams;

/** QuantizeLinear from real numbers of either order to NHWC codes. */
final class QuantizeLoop implements Step {
  /**
   * 1.5 * 2^23: a float32 of magnitude below 2^22 loses its fraction, half to even, when this is
   * added and subtracted again.
   */
  private static final float ROUND = 12582912f;

  private final FloatBuffer reals;
  private final ByteBuffer codes;
  private final int images;
  private final int channels;
  private final int pixels;
  private final float scale;
  private final int zero;
  private final float low;
  private final float high;

  QuantizeLoop(Buffer input, Buffer output) {
    QuantParams params = output.tensor().params();
    this.reals = input.reals();
    this.codes = output.bytes();
    this.images = output.batch();
    this.channels = input.isChannelsLast() ? 1 : input.shape().channels();
    this.pixels = output.shape().elements() / channels;
    this.scale = params.scale();
    this.zero = params.zeroPoint();
    this.low = params.range().min() - zero;
    this.high = params.range().max() - zero;
  }

  @Override
  public void run() {
    int from = 0;
    for (int n = 0; n < images; n++) {
      for (int c = 0; c < channels; c++) {
        int to = n * pixels * channels + c;
        for (int i = 0; i < pixels; i++) {
          codes.put(to, (byte) (quantize(reals.get(from++) / scale) + zero));
          to += channels;
        }
      }
    }
  }

  /** Clamping first is the same, since the bounds are integers; NaN becomes the lower bound. */
  private int quantize(float steps) {
    float clamped = steps >= high ? high : steps > low ? steps : low;
    return (int) (clamped + ROUND - ROUND);
  }
}
