package org.qat4j.benchmarks.pytorch;

import static org.bytedeco.pytorch.global.torch.max_pool2d;

import org.bytedeco.pytorch.Tensor;

/** LeNet of 20, 50 and 500 channels. */
final class TorchLeNet implements TorchNetwork {
  private final Convolution first;
  private final Convolution second;
  private final Dense hidden;
  private final Dense output;

  TorchLeNet(TorchParameters parameters, int classes) {
    first = new Convolution(parameters, 1, 20, 5, 1, 0, false, true);
    second = new Convolution(parameters, 20, 50, 5, 1, 0, false, true);
    hidden = new Dense(parameters, 800, 500, true);
    output = new Dense(parameters, 500, classes, false);
  }

  @Override
  public Tensor forward(Tensor images) {
    Tensor half = max_pool2d(first.forward(images), 2, 2);
    Tensor quarter = max_pool2d(second.forward(half), 2, 2);
    return output.forward(hidden.forward(quarter.flatten(1, -1)));
  }
}
