package org.qat4j.runtime.reference;

import org.qat4j.graph.Clip;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Requantization;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** Pooling windows of codes. Padding is never read. */
final class PoolReference {
  private PoolReference() {}

  /** What a window holds: how many codes are inside the image, their largest and their sum. */
  private record Content(int count, int largest, long sum) {}

  static Step max(PoolOp.MaxPool op, Buffer[] inputs, Buffer output) {
    return () ->
        Elements.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) ->
                output.setCode(
                    output.index(n, c, y, x),
                    content(inputs[0], op.window(), n, c, y, x).largest()));
  }

  static Step average(PoolOp.AveragePool op, Buffer[] inputs, Buffer output) {
    return average(op.window(), op.countPadding(), inputs[0], output);
  }

  static Step globalAverage(PoolOp.GlobalAveragePool op, Buffer[] inputs, Buffer output) {
    return average(Window.whole(inputs[0].shape()), false, inputs[0], output);
  }

  private static Step average(Window window, boolean countPadding, Buffer input, Buffer output) {
    return () ->
        Elements.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> {
              Content content = content(input, window, n, c, y, x);
              int divisor = countPadding ? window.kernelArea() : Math.max(1, content.count());
              Requantization mean =
                  Requantization.mean(
                      divisor, input.tensor().params(), output.tensor().params(), Clip.NONE);
              output.setCode(output.index(n, c, y, x), mean.code(0, content.sum()));
            });
  }

  private static Content content(
      Buffer input, Window window, int image, int channel, int outY, int outX) {
    Shape shape = input.shape();
    int zero = input.tensor().params().zeroPoint();
    int count = 0;
    int largest = input.tensor().params().range().min();
    long sum = 0;
    for (int ky = 0; ky < window.kernelHeight(); ky++) {
      for (int kx = 0; kx < window.kernelWidth(); kx++) {
        int y = outY * window.strideHeight() - window.padTop() + ky * window.dilationHeight();
        int x = outX * window.strideWidth() - window.padLeft() + kx * window.dilationWidth();
        if (y >= 0 && y < shape.height() && x >= 0 && x < shape.width()) {
          int code = input.code(input.index(image, channel, y, x));
          count++;
          largest = Math.max(largest, code);
          sum += code - zero;
        }
      }
    }
    return new Content(count, largest, sum);
  }
}
