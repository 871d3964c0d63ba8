package org.qat4j.runtime.loops;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Requantization;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.ElementType;
import org.qat4j.runtime.Step;
import org.qat4j.scheme.QuantParams;

/** Average pooling over NHWC codes. */
final class AveragePoolLoop implements Step {
  private final Buffer input;
  private final Buffer output;
  private final WindowBounds bounds;
  private final QuantParams from;
  private final QuantParams to;
  private final Requantization mean;
  private final int fixedDivisor;
  private final int[] sums;

  AveragePoolLoop(Window window, boolean countPadding, Buffer input, Buffer output) {
    this.input = input;
    this.output = output;
    this.bounds = new WindowBounds(window, input.shape());
    this.fixedDivisor = countPadding ? window.kernelArea() : 0;
    this.sums = new int[input.shape().channels()];
    this.from = input.tensor().params();
    this.to = output.tensor().params();
    this.mean = Requantization.mean(1, from, to, Clip.NONE);
  }

  /** Whether no sum of a window's codes leaves int32, and there are not too many of them. */
  static boolean fits(Window window, Tensor input) {
    return input.shape().channels() <= Loop.MOST_CHANNELS
        && (long) window.kernelArea() * ElementType.of(input).range().reach(0)
            <= Integer.MAX_VALUE / 2;
  }

  static AveragePoolLoop global(Buffer input, Buffer output) {
    return new AveragePoolLoop(Window.whole(input.shape()), false, input, output);
  }

  @Override
  public void run() {
    Shape shape = output.shape();
    int at = 0;
    for (int n = 0; n < output.batch(); n++) {
      for (int y = 0; y < shape.height(); y++) {
        for (int x = 0; x < shape.width(); x++) {
          bounds.moveTo(n, y, x);
          sumWindow();
          int count = bounds.count();
          int divisor = fixedDivisor > 0 ? fixedDivisor : Math.max(1, count);
          float multiplier = Requantization.meanMultiplier(divisor, from, to);
          int zeros = count * from.zeroPoint();
          for (int sum : sums) {
            output.bytes().put(at++, (byte) mean.code(multiplier, sum - zeros));
          }
        }
      }
    }
  }

  private void sumWindow() {
    Arrays.fill(sums, 0);
    boolean signed = input.type() == ElementType.S8;
    for (int row = 0; row < bounds.rows(); row++) {
      for (int i = 0; i < bounds.columns(); i++) {
        addPixel(input.bytes(), bounds.row(row) + i * bounds.columnStep(), signed);
      }
    }
  }

  private void addPixel(ByteBuffer codes, int first, boolean signed) {
    int mask = signed ? -1 : 0xFF;
    for (int c = 0; c < sums.length; c++) {
      sums[c] += codes.get(first + c) & mask;
    }
  }
}
