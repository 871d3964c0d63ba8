package org.qat4j.runtime.loops;

import java.nio.ByteBuffer;
import org.qat4j.graph.Clip;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** Concatenation along the channels with requantization by table; of one input, requantization. */
final class ConcatLoop implements Step {
  private final Buffer[] inputs;
  private final Buffer output;
  private final byte[][] tables;

  ConcatLoop(Clip clip, Buffer[] inputs, Buffer output) {
    this.inputs = inputs.clone();
    this.output = output;
    this.tables = new byte[inputs.length][];
    for (int i = 0; i < inputs.length; i++) {
      tables[i] = CodeTable.requantize(inputs[i], output, clip);
    }
  }

  @Override
  public void run() {
    int firstChannel = 0;
    for (int i = 0; i < inputs.length; i++) {
      copy(inputs[i], tables[i], firstChannel);
      firstChannel += inputs[i].shape().channels();
    }
  }

  private void copy(Buffer input, byte[] table, int firstChannel) {
    ByteBuffer from = input.bytes();
    ByteBuffer to = output.bytes();
    int channels = input.shape().channels();
    int allChannels = output.shape().channels();
    int pixels = input.elements() / channels;
    int at = 0;
    for (int pixel = 0; pixel < pixels; pixel++) {
      int first = pixel * allChannels + firstChannel;
      for (int c = 0; c < channels; c++) {
        to.put(first + c, table[from.get(at++) & 0xFF]);
      }
    }
  }
}
