package org.qat4j.runtime.loops;

import java.nio.ByteBuffer;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.ElementType;
import org.qat4j.runtime.Step;

/** Max pooling over NHWC codes. */
final class MaxPoolLoop implements Step {
  private final Buffer input;
  private final Buffer output;
  private final WindowBounds bounds;

  /** Flips the sign bit of signed codes, so that all compare as unsigned. */
  private final int flip;

  private final int lowest;

  MaxPoolLoop(Window window, Buffer input, Buffer output) {
    this.input = input;
    this.output = output;
    this.bounds = new WindowBounds(window, input.shape());
    this.flip = input.type() == ElementType.S8 ? 0x80 : 0;
    this.lowest = (input.tensor().params().range().min() & 0xFF) ^ flip;
  }

  @Override
  public void run() {
    Shape shape = output.shape();
    int to = 0;
    for (int n = 0; n < output.batch(); n++) {
      for (int y = 0; y < shape.height(); y++) {
        for (int x = 0; x < shape.width(); x++) {
          bounds.moveTo(n, y, x);
          for (int c = 0; c < shape.channels(); c++) {
            output.bytes().put(to++, (byte) (largest(c) ^ flip));
          }
        }
      }
    }
  }

  private int largest(int channel) {
    ByteBuffer codes = input.bytes();
    int largest = lowest;
    for (int row = 0; row < bounds.rows(); row++) {
      int at = bounds.row(row) + channel;
      for (int i = 0; i < bounds.columns(); i++) {
        largest = Math.max(largest, (codes.get(at) & 0xFF) ^ flip);
        at += bounds.columnStep();
      }
    }
    return largest;
  }
}
