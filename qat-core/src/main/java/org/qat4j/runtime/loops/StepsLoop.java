package org.qat4j.runtime.loops;

import org.qat4j.graph.MoveOp;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** Consecutive steps, which lie together. */
final class StepsLoop implements Step {
  private final Buffer input;
  private final Buffer output;
  private final int first;
  private final int inputBytes;
  private final int outputBytes;

  StepsLoop(MoveOp.Steps op, Buffer input, Buffer output) {
    this.input = input;
    this.output = output;
    this.inputBytes = input.shape().elements() * input.type().bytes();
    this.outputBytes = output.shape().elements() * input.type().bytes();
    this.first = op.from(input.shape().height()) * (inputBytes / input.shape().height());
  }

  @Override
  public void run() {
    for (int n = 0; n < output.batch(); n++) {
      output.bytes().put(n * outputBytes, input.bytes(), n * inputBytes + first, outputBytes);
    }
  }
}
