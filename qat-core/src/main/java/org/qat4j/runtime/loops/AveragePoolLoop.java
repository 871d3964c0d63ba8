package org.qat4j.runtime.loops;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Requantization;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Activation;
import org.qat4j.runtime.Step;
import org.qat4j.runtime.Storage;

/** Average pooling over NHWC codes. */
final class AveragePoolLoop implements Step {
  private final Activation input;
  private final Activation output;
  private final WindowBounds bounds;
  private final Requantization[] means;
  private final int fixedDivisor;
  private final int[] sums;

  AveragePoolLoop(Window window, boolean countPadding, Activation input, Activation output) {
    this.input = input;
    this.output = output;
    this.bounds = new WindowBounds(window, input.shape());
    this.fixedDivisor = countPadding ? window.kernelArea() : 0;
    this.sums = new int[input.shape().channels()];
    this.means = new Requantization[window.kernelArea() + 1];
    for (int divisor = 1; divisor < means.length; divisor++) {
      means[divisor] =
          Requantization.mean(
              divisor, input.tensor().params(), output.tensor().params(), Clip.NONE);
    }
  }

  static AveragePoolLoop global(Activation input, Activation output) {
    return new AveragePoolLoop(Window.whole(input.shape()), false, input, output);
  }

  @Override
  public void run() {
    Shape shape = output.shape();
    int to = 0;
    for (int n = 0; n < output.batch(); n++) {
      for (int y = 0; y < shape.height(); y++) {
        for (int x = 0; x < shape.width(); x++) {
          bounds.moveTo(n, y, x);
          sumWindow();
          int count = bounds.count();
          Requantization mean = means[fixedDivisor > 0 ? fixedDivisor : Math.max(1, count)];
          int zeros = count * input.tensor().params().zeroPoint();
          for (int sum : sums) {
            output.bytes().put(to++, (byte) mean.code(0, sum - zeros));
          }
        }
      }
    }
  }

  private void sumWindow() {
    Arrays.fill(sums, 0);
    boolean signed = input.storage() == Storage.S8;
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
