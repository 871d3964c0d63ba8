package org.qat4j.benchmarks.pytorch;

import static org.bytedeco.pytorch.global.torch.clear_cache;
import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.decrement_nesting;
import static org.bytedeco.pytorch.global.torch.increment_nesting;
import static org.bytedeco.pytorch.global.torch.set_autocast_dtype;
import static org.bytedeco.pytorch.global.torch.set_autocast_enabled;
import static org.bytedeco.pytorch.global.torch.set_num_threads;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.qat4j.benchmarks.TrainedNetwork;
import org.qat4j.benchmarks.TrainingCase;
import org.qat4j.cli.speed.Engine;
import org.qat4j.cli.speed.EngineServer;

/** Training steps in PyTorch, channels last, with Adam. */
public final class PyTorchEngine implements Engine {
  private final TrainingCase task;
  private final Mode mode;
  private final Tensor images;
  private final Tensor labels;
  private final FakeQuantize inputCodes;
  private final TorchNetwork network;
  private final TensorVector parameters;
  private final AdamOptions options = new AdamOptions(TrainingCase.LEARNING_RATE);
  private final Adam adam;

  private PyTorchEngine(TrainingCase task, Mode mode, int threads) throws IOException {
    set_num_threads(threads);
    set_autocast_dtype(DeviceType.CPU, ScalarType.BFloat16);
    this.task = task;
    this.mode = mode;
    images =
        Tensor.create(task.images(), task.network().shape(TrainingCase.BATCH))
            .contiguous(MemoryFormat.ChannelsLast);
    labels = Tensor.create(TrainingCase.labels(), TrainingCase.BATCH);
    inputCodes = mode == Mode.QAT ? FakeQuantize.ofActivations() : null;
    TorchParameters taken = new TorchParameters(FloatBuffer.wrap(task.weights()), mode);
    network = network(taken, false);
    parameters = taken.all();
    adam = new Adam(parameters, options);
  }

  /** Arguments: network, mode, threads, and the folder of {@link TrainingCase#write}. */
  public static void main(String[] args) throws Exception {
    TrainingCase task = new TrainingCase(TrainedNetwork.valueOf(args[0]), Path.of(args[3]));
    EngineServer.serve(
        () -> new PyTorchEngine(task, Mode.valueOf(args[1]), Integer.parseInt(args[2])));
  }

  private TorchNetwork network(TorchParameters from, boolean padsBehind) {
    return switch (task.network()) {
      case LENET -> new TorchLeNet(from, TrainingCase.CLASSES);
      case RESNET20 -> new TorchResNet20(from, TrainingCase.CLASSES, padsBehind);
    };
  }

  @Override
  public void run() {
    PointerScope scope = new PointerScope();
    try {
      adam.zero_grad(true);
      loss(network).backward();
      adam.step();
    } finally {
      scope.close();
    }
  }

  private Tensor loss(TorchNetwork network) {
    boolean autocast = mode == Mode.BFLOAT16;
    if (autocast) {
      set_autocast_enabled(DeviceType.CPU, true);
      increment_nesting();
    }
    Tensor input = inputCodes == null ? images : inputCodes.apply(images);
    Tensor loss = cross_entropy_loss(network.forward(input), labels);
    if (autocast) {
      if (decrement_nesting() == 0) {
        clear_cache();
      }
      set_autocast_enabled(DeviceType.CPU, false);
    }
    return loss;
  }

  /**
   * The first loss of a fresh network that pads as Deeplearning4j does. The measured one pads
   * around the image, which costs PyTorch no copy.
   */
  @Override
  public float[] results() {
    PointerScope scope = new PointerScope();
    try {
      FloatBuffer weights = FloatBuffer.wrap(task.weights());
      return new float[] {loss(network(new TorchParameters(weights, mode), true)).item_float()};
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      scope.close();
    }
  }

  @Override
  public void close() {
    adam.close();
    parameters.close();
    options.close();
  }
}
