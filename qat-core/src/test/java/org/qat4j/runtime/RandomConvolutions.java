package org.qat4j.runtime;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.scheme.IntRange;

/**
 * Convolutions of random geometry by seed: small images, few channels, many groups, odd padding.
 * That is where native libraries go wrong.
 */
final class RandomConvolutions {
  private final Random random;

  private RandomConvolutions(long seed) {
    random = new Random(seed);
  }

  /** Empty where the kernel does not fit into the image. */
  static Optional<Graph> of(long seed) {
    try {
      return Optional.of(new RandomConvolutions(seed).graph());
    } catch (IllegalArgumentException doesNotFit) {
      return Optional.empty();
    }
  }

  private Graph graph() {
    int groups = random.nextInt(4) == 0 ? 1 + random.nextInt(20) : 1;
    int inPerGroup =
        random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(random.nextInt(5) == 0 ? 70 : 12);
    int outPerGroup = groups > 1 && random.nextBoolean() ? 1 : 1 + random.nextInt(24);
    Window window = window();
    int spare = window.padTop() > 0 ? -2 : 0;
    int height =
        (window.kernelHeight() - 1) * window.dilationHeight() + 1 + random.nextInt(8) + spare;
    int width = (window.kernelWidth() - 1) * window.dilationWidth() + 1 + random.nextInt(8) + spare;
    IntRange range = random.nextBoolean() ? TestGraphs.S8 : TestGraphs.U8;
    int zero = random.nextBoolean() ? range.min() + random.nextInt(256) : 0;
    int out = groups * outPerGroup;
    Weights weights =
        TestGraphs.weights(random, out, inPerGroup * window.kernelArea(), TestGraphs.S8, true);
    Op conv =
        new LinearOp.Conv(window, groups, weights, TestGraphs.bias(random, out, 3000), Clip.NONE);
    Tensor.Type output =
        random.nextInt(8) == 0
            ? new Tensor.Real()
            : TestGraphs.codes(
                TestGraphs.outputScale(weights, 0.02), random.nextInt(256), TestGraphs.U8);
    Shape shape = Shape.of(groups * inPerGroup, Math.max(1, height), Math.max(1, width));
    return TestGraphs.oneOp(
        conv, List.of(shape), List.of(TestGraphs.codes(0.02, zero, range)), output);
  }

  private Window window() {
    int height = 1 + random.nextInt(5);
    int width = random.nextBoolean() ? height : 1 + random.nextInt(5);
    int dilation = random.nextInt(5) == 0 ? 2 : 1;
    boolean padded = random.nextInt(3) > 0;
    int mostHigh = padded ? (height - 1) * dilation + 1 : 1;
    int mostWide = padded ? (width - 1) * dilation + 1 : 1;
    return new Window(
        height,
        width,
        1 + random.nextInt(2),
        1 + random.nextInt(3),
        random.nextInt(mostHigh),
        random.nextInt(mostWide),
        random.nextInt(mostHigh),
        random.nextInt(mostWide),
        dilation,
        dilation);
  }
}
