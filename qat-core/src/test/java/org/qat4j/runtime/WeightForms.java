package org.qat4j.runtime;

import static org.qat4j.runtime.TestGraphs.S8;
import static org.qat4j.runtime.TestGraphs.U8;
import static org.qat4j.runtime.TestGraphs.codes;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.scheme.IntRange;

/** Every form of weights under every form of activations, in a convolution and a dense layer. */
public final class WeightForms {
  private static final IntRange S16 = IntRange.signedNarrow(16);

  private WeightForms() {}

  /** Graphs by name. */
  public static Map<String, Graph> all() {
    Map<String, IntRange> activations = new LinkedHashMap<>();
    activations.put("1 bit", IntRange.unsigned(1));
    activations.put("signed 4 bits", IntRange.signed(4));
    activations.put("8 bits", U8);
    activations.put("16 bits", IntRange.unsigned(16));
    activations.put("signed 16 bits", IntRange.signed(16));
    Map<String, Graph> graphs = new LinkedHashMap<>();
    activations.forEach(
        (name, input) -> {
          graphs.put("conv of -1, 1 x " + name, conv(input, new IntRange(-1, 1), 2, false));
          graphs.put("conv of -1, 0, 1 x " + name, conv(input, new IntRange(-1, 1), 1, false));
          graphs.put(
              "conv of odd codes x " + name, conv(input, IntRange.signedNarrow(8), 2, false));
          graphs.put("conv of affine codes x " + name, conv(input, S8, 1, true));
          graphs.put("conv of 16 bits x " + name, conv(input, S16, 1, false));
          graphs.put("conv of 12 bits x " + name, conv(input, IntRange.signed(12), 1, true));
          graphs.put("dense of 16 bits x " + name, dense(input));
        });
    return graphs;
  }

  /** Codes from the smallest on, {@code step} apart. */
  private static Weights weights(int out, int fanIn, IntRange range, int step, boolean affine) {
    Random random = new Random(out * 31L + range.max());
    short[] codes = new short[out * fanIn];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (short) (range.min() + step * random.nextInt(range.steps() / step + 1));
    }
    return TestGraphs.weights(random, codes, out, range, !affine);
  }

  private static Graph conv(IntRange input, IntRange range, int step, boolean affine) {
    Weights weights = weights(17, 9 * 5, range, step, affine);
    Op op = new LinearOp.Conv(Window.square(3, 1, 1), 1, weights, bias(weights, input), Clip.NONE);
    return graph(op, Shape.of(5, 6, 7), weights, input);
  }

  private static Graph dense(IntRange input) {
    Weights weights = weights(10, 300, S16, 1, false);
    return graph(
        new LinearOp.Dense(weights, bias(weights, input), Clip.RELU),
        Shape.of(300),
        weights,
        input);
  }

  private static Bias bias(Weights weights, IntRange input) {
    long typical = (long) input.steps() * weights.range().steps() + 1;
    return TestGraphs.bias(new Random(1), weights.outChannels(), (int) Math.min(typical, 1 << 29));
  }

  /** The output scale spreads the sums over the codes. */
  private static Graph graph(Op op, Shape shape, Weights weights, IntRange input) {
    int zero = input.min() < 0 ? (input.min() + input.max()) / 2 : 0;
    double scale = 2.0 / input.steps();
    double spread =
        scale * input.steps() * 0.01 * weights.range().steps() * Math.sqrt(weights.fanIn());
    Tensor.Codes output = codes(spread / 100, op instanceof LinearOp.Dense ? 0 : 128, U8);
    return TestGraphs.oneOp(op, List.of(shape), List.of(codes(scale, zero, input)), output);
  }
}
