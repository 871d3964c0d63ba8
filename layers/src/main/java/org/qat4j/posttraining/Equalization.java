package org.qat4j.posttraining;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.qat4j.graph.Clip;
import org.qat4j.layers.LinearBlock;
import org.qat4j.layers.MaxPooling;
import org.qat4j.layers.QuantizedActivation;
import org.qat4j.layers.QuantizedPooling;
import org.qat4j.training.QatConfig;
import org.qat4j.training.network.NetworkView;
import org.qat4j.training.network.Stage;

/**
 * Cross-layer equalization (Nagel et al. 2019, arXiv:1906.04721, sec. 4.1): weights of consecutive
 * convolution, depthwise and dense layers are scaled so that each channel between them uses the
 * same part of its range on both sides. The network computes what it did.
 *
 * <p>A function f between two layers lets positive factors through, {@code f(s x) = s f(x)}, if it
 * is identity, ReLU or leaky ReLU; pooling, padding, upsampling and dropout do too. So the first
 * layer's output channel i, batch normalization included, is divided by s[i] and the second layer's
 * input channel i multiplied by it, with (eq. 11)
 *
 * <pre>{@code s[i] = sqrt(r1[i] * r2[i]) / r2[i]}</pre>
 *
 * where r1 and r2 are the largest magnitudes of that channel's weights, batch normalization folded
 * in. Chains of layers are swept until nothing moves. ReLU6 and hard tanh clip all channels at one
 * value and are not crossed; neither are sums, concatenations and tensors that branch.
 */
public final class Equalization {
  private static final int SWEEPS = 50;
  private static final double SETTLED = 1e-3;

  private Equalization() {}

  /**
   * An equalized copy of a float network.
   *
   * @param network not modified; not prepared
   */
  public static MultiLayerNetwork equalize(MultiLayerNetwork network) {
    return equalize(network, Steps.SEQUENTIAL);
  }

  /** As {@link #equalize(MultiLayerNetwork)}. */
  public static ComputationGraph equalize(ComputationGraph network) {
    return equalize(network, Steps.GRAPH);
  }

  static <N> N equalize(N network, Steps<N> steps) {
    N prepared = steps.prepare().apply(network, QatConfig.floatingPoint());
    List<Pair> pairs = pairs(steps.view().apply(prepared));
    double moved = Double.POSITIVE_INFINITY;
    for (int sweep = 0; sweep < SWEEPS && moved > SETTLED; sweep++) {
      moved = pairs.stream().mapToDouble(Pair::balance).max().orElse(0);
    }
    return steps.restore().apply(prepared, network);
  }

  /**
   * The pairs of layers of a prepared network that can be equalized, in execution order.
   *
   * @param first whose output channels are scaled
   * @param second whose input channels are
   */
  record Pair(LinearBlock first, LinearBlock second) {
    /** Scales both and says by how much, at most: the largest |log(s)|. */
    double balance() {
      double[][] ahead = fused(first);
      double[][] behind = fused(second);
      double[] s = new double[ahead.length];
      double[] inputs = new double[ahead.length];
      for (int o = 0; o < behind.length; o++) {
        for (int i = 0; i < behind[o].length; i++) {
          int channel = second.inputChannel(o, i, s.length);
          inputs[channel] = Math.max(inputs[channel], Math.abs(behind[o][i]));
        }
      }
      double moved = 0;
      for (int channel = 0; channel < s.length; channel++) {
        double output = Arrays.stream(ahead[channel]).map(Math::abs).max().orElse(0);
        // A channel of zeros on either side has no range to share.
        s[channel] =
            output == 0 || inputs[channel] == 0
                ? 1
                : Math.sqrt(output * inputs[channel]) / inputs[channel];
        moved = Math.max(moved, Math.abs(Math.log(s[channel])));
      }
      apply(s);
      return moved;
    }

    private void apply(double[] s) {
      first.scale(Arrays.stream(s).map(each -> 1 / each).toArray());
      double[][] rows = second.weights();
      for (int o = 0; o < rows.length; o++) {
        for (int i = 0; i < rows[o].length; i++) {
          rows[o][i] *= s[second.inputChannel(o, i, s.length)];
        }
      }
      second.setWeights(rows);
    }

    private static double[][] fused(LinearBlock block) {
      double[][] rows = block.weights();
      double[] factor = block.factor();
      for (int o = 0; o < rows.length; o++) {
        for (int i = 0; i < rows[o].length; i++) {
          rows[o][i] *= factor[o];
        }
      }
      return rows;
    }
  }

  static List<Pair> pairs(NetworkView<?> prepared) {
    LayerRunner runner = new LayerRunner(prepared);
    Map<String, List<Stage>> readers = new HashMap<>();
    for (Stage stage : runner.stages()) {
      stage.inputs().forEach(i -> readers.computeIfAbsent(i, key -> new ArrayList<>()).add(stage));
    }
    List<Pair> pairs = new ArrayList<>();
    for (Stage stage : runner.stages()) {
      if (runner.isBlock(stage) && isScalable(runner.block(stage))) {
        blockBehind(stage, readers, runner)
            .ifPresent(next -> pairs.add(new Pair(runner.block(stage), runner.block(next))));
      }
    }
    return pairs;
  }

  private static boolean isScalable(LinearBlock block) {
    return block.isScalable() && (block.clip().equals(Clip.NONE) || block.clip().equals(Clip.RELU));
  }

  private static Optional<Stage> blockBehind(
      Stage stage, Map<String, List<Stage>> readers, LayerRunner runner) {
    List<Stage> next = readers.getOrDefault(stage.name(), List.of());
    if (next.size() != 1) {
      return Optional.empty();
    }
    if (runner.isBlock(next.get(0))) {
      return Optional.of(next.get(0));
    }
    return letsFactorsThrough(next.get(0))
        ? blockBehind(next.get(0), readers, runner)
        : Optional.empty();
  }

  private static boolean letsFactorsThrough(Stage stage) {
    if (stage.conf() instanceof QuantizedActivation activation) {
      return activation.getActivationFn() instanceof ActivationReLU
          || activation.getActivationFn() instanceof ActivationLReLU;
    }
    return stage.conf() instanceof MaxPooling
        || stage.conf() instanceof QuantizedPooling
        || stage.conf() instanceof ZeroPaddingLayer
        || stage.conf() instanceof Upsampling2D
        || stage.conf() instanceof DropoutLayer;
  }
}
