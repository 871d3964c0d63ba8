package org.qat4j.benchmarks.pytorch;

import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.relu;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** A dense layer, with ReLU if asked for. */
final class Dense {
  private final Tensor weights;
  private final Tensor bias;
  private final boolean relu;
  private final FakeQuantize weightCodes;
  private final FakeQuantize outputCodes;

  Dense(TorchParameters parameters, int inputs, int outputs, boolean relu) {
    weights = parameters.take(outputs, inputs);
    bias = parameters.take(outputs);
    this.relu = relu;
    weightCodes = parameters.quantized() ? FakeQuantize.ofWeights() : null;
    outputCodes = parameters.quantized() ? FakeQuantize.ofActivations() : null;
  }

  Tensor forward(Tensor features) {
    Tensor by = weightCodes == null ? weights : weightCodes.apply(weights);
    Tensor result = linear(features, by, new TensorOptional(bias));
    result = relu ? relu(result) : result;
    return outputCodes == null ? result : outputCodes.apply(result);
  }
}
