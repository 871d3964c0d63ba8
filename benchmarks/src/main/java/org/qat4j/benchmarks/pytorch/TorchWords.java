package org.qat4j.benchmarks.pytorch;

import static org.bytedeco.pytorch.global.torch.embedding;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.set_num_threads;
import static org.bytedeco.pytorch.global.torch.softmax;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.qat4j.benchmarks.RecurrentCase;
import org.qat4j.cli.speed.Engine;
import org.qat4j.cli.speed.EngineServer;

/** A word model in PyTorch: in float32, or dynamically quantized but for the embedding. */
public final class TorchWords implements Engine {
  private final NoGradGuard noGradients = new NoGradGuard();
  private final Tensor places;
  private final Tensor table;
  private final TorchLstm recurrent;
  private final TorchProduct decoder;

  private TorchWords(RecurrentCase task, boolean quantized, int threads) throws IOException {
    set_num_threads(threads);
    places = Tensor.create(longs(task.places()), RecurrentCase.BATCH, RecurrentCase.STEPS);
    FloatBuffer weights = FloatBuffer.wrap(task.weights());
    table = take(weights, task.words(), task.embedding());
    recurrent = quantized ? new QuantizedLstm(task, weights) : new FloatLstm(task, weights);
    Tensor rows = take(weights, task.words(), task.hidden());
    Tensor bias = take(weights, task.words());
    decoder =
        quantized
            ? new QuantizedProduct(rows, bias)
            : x -> linear(x, rows, new TensorOptional(bias));
  }

  /** Arguments: those of the case, whether to quantize, and threads. */
  public static void main(String[] args) throws Exception {
    RecurrentCase task = RecurrentCase.of(List.of(args));
    EngineServer.serve(
        () -> new TorchWords(task, Boolean.parseBoolean(args[5]), Integer.parseInt(args[6])));
  }

  private static long[] longs(float[] values) {
    long[] longs = new long[values.length];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = (long) values[i];
    }
    return longs;
  }

  /** The next values. */
  static Tensor take(FloatBuffer from, long... shape) {
    int count = 1;
    for (long size : shape) {
      count *= (int) size;
    }
    float[] next = new float[count];
    from.get(next);
    return Tensor.create(next, shape);
  }

  private Tensor output() {
    Tensor embedded = embedding(table, places);
    return softmax(decoder.of(recurrent.outputs(embedded)), 2);
  }

  @Override
  public void run() {
    PointerScope scope = new PointerScope();
    try {
      output();
    } finally {
      scope.close();
    }
  }

  @Override
  public float[] results() {
    PointerScope scope = new PointerScope();
    try {
      Tensor output = output().contiguous();
      float[] values = new float[Math.toIntExact(output.numel())];
      output.data_ptr_float().get(values);
      return values;
    } finally {
      scope.close();
    }
  }

  @Override
  public void close() {
    noGradients.close();
  }
}
