package org.qat4j.benchmarks.pytorch;

import static org.bytedeco.pytorch.global.torch.adaptive_avg_pool2d;
import static org.bytedeco.pytorch.global.torch.relu;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** ResNet-20 with projected shortcuts. */
final class TorchResNet20 implements TorchNetwork {
  private static final int[] STAGES = {16, 32, 64};
  private static final int BLOCKS = 3;

  private final Convolution stem;
  private final List<Block> blocks = new ArrayList<>();
  private final Dense output;

  /** Two convolutions beside a shortcut. */
  private static final class Block {
    private final Convolution first;
    private final Convolution second;
    private final Convolution shortcut;
    private final FakeQuantize sumCodes;

    Block(TorchParameters parameters, int inputs, int outputs, boolean padsBehind) {
      int stride = inputs == outputs ? 1 : 2;
      first = new Convolution(parameters, inputs, outputs, 3, stride, 1, padsBehind, true);
      second = new Convolution(parameters, outputs, outputs, 3, 1, 1, padsBehind, false);
      shortcut =
          stride == 1
              ? null
              : new Convolution(parameters, inputs, outputs, 1, stride, 0, padsBehind, false);
      sumCodes = parameters.quantized() ? FakeQuantize.ofActivations() : null;
    }

    Tensor forward(Tensor input) {
      Tensor aside = shortcut == null ? input : shortcut.forward(input);
      Tensor sum = relu(second.forward(first.forward(input)).add(aside));
      return sumCodes == null ? sum : sumCodes.apply(sum);
    }
  }

  /**
   * @param padsBehind as {@link Convolution} says
   */
  TorchResNet20(TorchParameters parameters, int classes, boolean padsBehind) {
    stem = new Convolution(parameters, 3, STAGES[0], 3, 1, 1, padsBehind, true);
    int channels = STAGES[0];
    for (int stage : STAGES) {
      for (int block = 0; block < BLOCKS; block++) {
        blocks.add(new Block(parameters, channels, stage, padsBehind));
        channels = stage;
      }
    }
    output = new Dense(parameters, channels, classes, false);
  }

  @Override
  public Tensor forward(Tensor images) {
    Tensor features = stem.forward(images);
    for (Block block : blocks) {
      features = block.forward(features);
    }
    return output.forward(adaptive_avg_pool2d(features, 1, 1).flatten(1, -1));
  }
}
