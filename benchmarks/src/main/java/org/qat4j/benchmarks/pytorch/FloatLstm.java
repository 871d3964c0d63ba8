package org.qat4j.benchmarks.pytorch;

import static org.bytedeco.pytorch.global.torch.lstm;
import static org.bytedeco.pytorch.global.torch.zeros;
import static org.bytedeco.pytorch.global.torch.zeros_like;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.qat4j.benchmarks.RecurrentCase;

/** PyTorch's own operation. */
final class FloatLstm implements TorchLstm {
  private final TensorVector parameters;
  private final TensorVector state;
  private final int layers;

  FloatLstm(RecurrentCase task, FloatBuffer weights) {
    layers = task.layers();
    List<Tensor> taken = new ArrayList<>();
    int features = task.embedding();
    for (int layer = 0; layer < layers; layer++) {
      taken.add(TorchWords.take(weights, 4L * task.hidden(), features));
      taken.add(TorchWords.take(weights, 4L * task.hidden(), task.hidden()));
      Tensor bias = TorchWords.take(weights, 4L * task.hidden());
      taken.add(bias);
      taken.add(zeros_like(bias));
      features = task.hidden();
    }
    parameters = new TensorVector(taken.toArray(new Tensor[0]));
    Tensor zeros = zeros(layers, RecurrentCase.BATCH, task.hidden());
    state = new TensorVector(zeros, zeros);
  }

  @Override
  public Tensor outputs(Tensor x) {
    return lstm(x, state, parameters, true, layers, 0, false, false, true).get0();
  }
}
