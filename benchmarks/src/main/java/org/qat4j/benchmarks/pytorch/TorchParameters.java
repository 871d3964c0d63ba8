package org.qat4j.benchmarks.pytorch;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** The trained values of a network, taken from a file in the order of its layers. */
final class TorchParameters {
  private final FloatBuffer values;
  private final Mode mode;
  private final List<Tensor> taken = new ArrayList<>();

  TorchParameters(FloatBuffer values, Mode mode) {
    this.values = values;
    this.mode = mode;
  }

  boolean quantized() {
    return mode == Mode.QAT;
  }

  /** The next values, as a tensor that is trained; channels last if it is one of images. */
  Tensor take(long... shape) {
    int count = 1;
    for (long size : shape) {
      count *= (int) size;
    }
    float[] next = new float[count];
    values.get(next);
    Tensor tensor = Tensor.create(next, shape);
    if (shape.length == 4) {
      tensor = tensor.contiguous(MemoryFormat.ChannelsLast);
    }
    tensor = tensor.detach().set_requires_grad(true);
    taken.add(tensor);
    return tensor;
  }

  /**
   * All that was taken.
   *
   * @throws IllegalStateException if values are left: the networks then differ
   */
  TensorVector all() {
    if (values.hasRemaining()) {
      throw new IllegalStateException(
          "the network has fewer parameters than Deeplearning4j's: "
              + values.remaining()
              + " are left of "
              + values.capacity());
    }
    return new TensorVector(taken.toArray(new Tensor[0]));
  }
}
