package org.qat4j.benchmarks.pytorch;

import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.set_num_threads;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.DropoutImpl;
import org.bytedeco.pytorch.EmbeddingImpl;
import org.bytedeco.pytorch.LSTMImpl;
import org.bytedeco.pytorch.LSTMOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.qat4j.benchmarks.WordTraining;
import org.qat4j.cli.speed.Engine;
import org.qat4j.cli.speed.EngineServer;

/** Training steps of a word model in PyTorch, with Adam. */
public final class TorchWordTraining implements Engine {
  private final WordTraining task;
  private final Tensor read;
  private final Tensor predicted;
  private final EmbeddingImpl embedding;
  private final LSTMImpl cells;
  private final DropoutImpl dropout = new DropoutImpl(0.5);
  private final LinearImpl decoder;
  private final AdamOptions options = new AdamOptions(WordTraining.LEARNING_RATE);
  private final Adam adam;
  private float firstLoss = Float.NaN;

  private TorchWordTraining(WordTraining task, int threads) {
    set_num_threads(threads);
    this.task = task;
    read = Tensor.create(task.words(false), WordTraining.STEPS, WordTraining.BATCH);
    predicted = Tensor.create(task.words(true), WordTraining.STEPS * WordTraining.BATCH);
    embedding = new EmbeddingImpl(task.words(), task.embedding());
    LSTMOptions layers = new LSTMOptions(task.embedding(), task.hidden());
    layers.num_layers().put((long) task.layers());
    layers.dropout().put(0.5);
    cells = new LSTMImpl(layers);
    decoder = new LinearImpl(task.hidden(), task.words());
    TensorVector parameters = new TensorVector();
    for (org.bytedeco.pytorch.Module part :
        new org.bytedeco.pytorch.Module[] {embedding, cells, decoder}) {
      for (Tensor parameter : part.parameters().get()) {
        parameters.push_back(parameter);
      }
    }
    adam = new Adam(parameters, options);
  }

  /** Arguments: those of the task, and the number of threads. */
  public static void main(String[] args) throws Exception {
    EngineServer.serve(
        () -> new TorchWordTraining(WordTraining.of(args), Integer.parseInt(args[4])));
  }

  @Override
  public void run() {
    PointerScope scope = new PointerScope();
    try {
      adam.zero_grad(true);
      Tensor embedded = dropout.forward(embedding.forward(read));
      Tensor outputs = dropout.forward(cells.forward(embedded).get0());
      Tensor logits = decoder.forward(outputs.reshape(-1, task.hidden()));
      Tensor loss = cross_entropy_loss(logits, predicted);
      loss.backward();
      adam.step();
      if (Float.isNaN(firstLoss)) {
        firstLoss = loss.item_float();
      }
    } finally {
      scope.close();
    }
  }

  @Override
  public float[] results() {
    if (Float.isNaN(firstLoss)) {
      run();
    }
    return new float[] {firstLoss};
  }

  @Override
  public void close() {
    adam.close();
    options.close();
  }
}
