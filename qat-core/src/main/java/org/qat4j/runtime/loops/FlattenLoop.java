package org.qat4j.runtime.loops;

import org.qat4j.graph.Shape;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** NHWC codes to features in channel, row, column order; all else already lies that way. */
final class FlattenLoop implements Step {
  private final Buffer input;
  private final Buffer output;

  FlattenLoop(Buffer input, Buffer output) {
    this.input = input;
    this.output = output;
  }

  @Override
  public void run() {
    Shape shape = input.shape();
    int pixels = shape.height() * shape.width();
    boolean reordered = input.tensor().isCodes() && shape.isImage();
    if (!reordered || pixels == 1 || shape.channels() == 1) {
      output.bytes().put(0, input.bytes(), 0, input.bytes().capacity());
      return;
    }
    int to = 0;
    for (int n = 0; n < input.batch(); n++) {
      for (int c = 0; c < shape.channels(); c++) {
        int from = n * shape.elements() + c;
        for (int i = 0; i < pixels; i++) {
          output.bytes().put(to++, input.bytes().get(from));
          from += shape.channels();
        }
      }
    }
  }
}
