package org.qat4j.benchmarks.pytorch;

import static org.bytedeco.pytorch.global.torch.sigmoid_;
import static org.bytedeco.pytorch.global.torch.stack;
import static org.bytedeco.pytorch.global.torch.tanh;
import static org.bytedeco.pytorch.global.torch.tanh_;
import static org.bytedeco.pytorch.global.torch.zeros;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.qat4j.benchmarks.RecurrentCase;

/**
 * LSTM layers with quantized products, step by step, as PyTorch's own dynamically quantized layer
 * does it: the products of the input for all steps at once, those of the output at each.
 */
final class QuantizedLstm implements TorchLstm {
  private record Layer(TorchProduct input, TorchProduct recurrent) {}

  private final List<Layer> layers = new ArrayList<>();
  private final long hidden;

  QuantizedLstm(RecurrentCase task, FloatBuffer weights) {
    hidden = task.hidden();
    int features = task.embedding();
    for (int layer = 0; layer < task.layers(); layer++) {
      Tensor input = TorchWords.take(weights, 4 * hidden, features);
      Tensor recurrent = TorchWords.take(weights, 4 * hidden, hidden);
      Tensor bias = TorchWords.take(weights, 4 * hidden);
      layers.add(
          new Layer(
              new QuantizedProduct(input, bias),
              new QuantizedProduct(recurrent, zeros(4 * hidden))));
      features = task.hidden();
    }
  }

  @Override
  public Tensor outputs(Tensor x) {
    Tensor sequence = x;
    for (Layer layer : layers) {
      sequence = outputs(layer, sequence);
    }
    return sequence;
  }

  private Tensor outputs(Layer layer, Tensor x) {
    Tensor gates = layer.input().of(x);
    Tensor output = zeros(x.size(0), hidden);
    Tensor cells = zeros(x.size(0), hidden);
    TensorVector outputs = new TensorVector();
    for (long t = 0; t < x.size(1); t++) {
      TensorVector parts = layer.recurrent().of(output).add_(gates.select(1, t)).chunk(4, 1);
      Tensor input = sigmoid_(parts.get(0));
      Tensor forget = sigmoid_(parts.get(1));
      Tensor candidate = tanh_(parts.get(2));
      cells = forget.mul_(cells).add_(input.mul_(candidate));
      output = sigmoid_(parts.get(3)).mul(tanh(cells));
      outputs.push_back(output);
    }
    return stack(outputs, 1);
  }
}
