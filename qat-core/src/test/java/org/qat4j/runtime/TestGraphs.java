package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.qat4j.graph.Bias;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Graphs for tests, small ones by hand and random ones by seed. */
final class TestGraphs {
  static final IntRange U8 = IntRange.unsigned(8);
  static final IntRange S8 = IntRange.signed(8);

  private TestGraphs() {}

  static Tensor.Codes codes(double scale, int zeroPoint, IntRange range) {
    return new Tensor.Codes(new QuantParams((float) scale, zeroPoint, range));
  }

  /** Quantize, one operation on codes, Dequantize unless the operation's result is real. */
  static Graph oneOp(Op op, List<Shape> shapes, List<Tensor.Codes> inputs, Tensor.Type output) {
    Graph.Builder builder = Graph.builder("one-op");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      builder.input(Tensor.real("x" + i, shapes.get(i)));
    }
    for (int i = 0; i < shapes.size(); i++) {
      builder.node(
          "quantize" + i, new ConvertOp.Quantize(), List.of("x" + i), "q" + i, inputs.get(i));
      names.add("q" + i);
    }
    builder.node("op", op, names, "y", output);
    if (output instanceof Tensor.Real) {
      return builder.build("y");
    }
    builder.node(
        "dequantize", new ConvertOp.Dequantize(), List.of("y"), "result", new Tensor.Real());
    return builder.build("result");
  }

  static Weights weights(Random random, int out, int fanIn, IntRange range, boolean symmetric) {
    short[] codes = new short[out * fanIn];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (short) (range.min() + random.nextInt(range.steps() + 1));
    }
    return weights(random, codes, out, range, symmetric);
  }

  static Weights weights(Random random, short[] codes, int out, IntRange range, boolean symmetric) {
    float[] scales = new float[out];
    int[] zeroPoints = new int[out];
    for (int o = 0; o < out; o++) {
      scales[o] = 0.001f + random.nextFloat() * 0.02f;
      zeroPoints[o] = symmetric ? 0 : range.min() + random.nextInt(range.steps() + 1);
    }
    return new Weights(codes, scales, zeroPoints, range);
  }

  static Bias bias(Random random, int out, int magnitude) {
    int[] codes = new int[out];
    for (int o = 0; o < out; o++) {
      codes[o] = random.nextInt(2 * magnitude + 1) - magnitude;
    }
    return new Bias(codes);
  }

  /** An output scale under which the sums spread over the codes with some saturation. */
  static double outputScale(Weights weights, double inputScale) {
    return inputScale * 0.01 * 74 * 74 * Math.sqrt(weights.fanIn()) / 74 / 40;
  }

  /** Real numbers that quantize to every code, ties and values outside the range. */
  static float[] reals(Random random, Graph graph, int input, int batch) {
    Tensor tensor = graph.inputs().get(input);
    float[] reals = new float[batch * tensor.shape().elements()];
    if (graph.tensors().stream().noneMatch(other -> other.name().equals("q" + input))) {
      return unquantized(random, graph, tensor, reals);
    }
    QuantParams params = graph.tensor("q" + input).params();
    int margin = params.range().steps() / 16 + 1;
    for (int i = 0; i < reals.length; i++) {
      int half = random.nextInt(2 * (params.range().steps() + 2 * margin)) - 2 * margin;
      reals[i] = params.scale() * (params.range().min() - params.zeroPoint() + half / 2f);
    }
    return reals;
  }

  /** Words of a table, masks of whole steps, or any numbers, of another magnitude each image. */
  private static float[] unquantized(Random random, Graph graph, Tensor tensor, float[] reals) {
    for (int i = 0; i < reals.length; i++) {
      int image = i / tensor.shape().elements();
      reals[i] = (float) random.nextGaussian() * (image + 1);
      if (tensor.name().equals("mask")) {
        reals[i] = random.nextInt(4) > 0 ? 1 : 0;
      } else if (graph.readers(tensor).get(0).op() instanceof Embedding embedding) {
        reals[i] = random.nextInt(embedding.table().words());
      }
    }
    return reals;
  }

  /** A random network of every operation, ending in probabilities. */
  static Graph randomNetwork(long seed) {
    return new RandomNetwork(seed).build();
  }

  private static final class RandomNetwork {
    private final Random random;
    private final Graph.Builder builder;
    private final List<String> usable = new ArrayList<>();
    private int count;

    RandomNetwork(long seed) {
      random = new Random(seed);
      builder = Graph.builder("random-" + seed);
    }

    Graph build() {
      Shape shape = Shape.of(1 + random.nextInt(5), 5 + random.nextInt(12), 5 + random.nextInt(12));
      builder.input(Tensor.real("x0", shape));
      builder.node("quantize", new ConvertOp.Quantize(), List.of("x0"), "q0", params());
      usable.add("q0");
      for (int i = 0; i < 8; i++) {
        addRandom();
      }
      String last = usable.get(usable.size() - 1);
      node(new MoveOp.Flatten(), List.of(last), builder.tensor(last).type());
      String flat = usable.get(usable.size() - 1);
      Weights weights = weights(random, 10, builder.tensor(flat).shape().elements(), S8, true);
      builder.node("dense", dense(weights), List.of(flat), "logits", new Tensor.Real());
      builder.node(
          "softmax",
          new ChannelOp.Softmax(),
          List.of("logits"),
          "probabilities",
          new Tensor.Real());
      return builder.build("probabilities");
    }

    private LinearOp.Dense dense(Weights weights) {
      return new LinearOp.Dense(weights, bias(random, 10, 1000), Clip.NONE);
    }

    private Tensor.Codes params() {
      IntRange range = random.nextInt(3) == 0 ? S8 : U8;
      int zero = random.nextBoolean() ? range.min() : range.min() + random.nextInt(250);
      return codes(0.01 + random.nextDouble() * 0.05, zero, range);
    }

    private void node(Op op, List<String> inputs, Tensor.Type output) {
      String name = "t" + ++count;
      builder.node("n" + count, op, inputs, name, output);
      usable.add(name);
    }

    private void addRandom() {
      String from = usable.get(Math.max(0, usable.size() - 1 - random.nextInt(2)));
      Tensor input = builder.tensor(from);
      switch (random.nextInt(9)) {
        case 0, 1, 2, 3 -> conv(input);
        case 4 -> node(new PoolOp.MaxPool(pooling(input)), List.of(from), input.type());
        case 5 ->
            node(
                new PoolOp.AveragePool(pooling(input), random.nextBoolean()),
                List.of(from),
                params());
        case 6 -> add(input);
        case 7 -> node(new JoinOp.Concat(), List.of(from, from), params());
        default -> node(new ConvertOp.Requantize(clip()), List.of(from), params());
      }
    }

    private void conv(Tensor input) {
      int in = input.shape().channels();
      int groups = random.nextInt(4) == 0 ? in : 1;
      int out = groups * (1 + random.nextInt(groups == 1 ? 20 : 3));
      Window window = window(input);
      Weights weights =
          weights(random, out, in / groups * window.kernelArea(), S8, random.nextInt(6) > 0);
      Clip clip = random.nextBoolean() ? Clip.RELU : Clip.NONE;
      Tensor.Codes like = params();
      double scale = outputScale(weights, input.params().scale());
      IntRange range = like.params().range();
      int zero =
          clip.equals(Clip.RELU)
              ? range.min()
              : Math.min(range.max() - 1, like.params().zeroPoint());
      node(
          new LinearOp.Conv(window, groups, weights, bias(random, out, 2000), clip),
          List.of(input.name()),
          codes(scale, zero, range));
    }

    private Window window(Tensor input) {
      int most = Math.min(input.shape().height(), input.shape().width());
      int kernel = 1 + random.nextInt(Math.min(5, most));
      int stride = 1 + random.nextInt(2);
      int dilation = kernel > 1 && (kernel - 1) * 2 < most && random.nextInt(4) == 0 ? 2 : 1;
      int top = random.nextInt(kernel);
      int left = random.nextInt(kernel);
      return new Window(
          kernel,
          kernel,
          stride,
          stride,
          top,
          left,
          random.nextInt(kernel),
          random.nextInt(kernel),
          dilation,
          dilation);
    }

    private Window pooling(Tensor input) {
      int most = Math.min(input.shape().height(), input.shape().width());
      int kernel = Math.min(most, 2 + random.nextInt(2));
      return Window.square(kernel, 1 + random.nextInt(2), random.nextInt(kernel));
    }

    private void add(Tensor input) {
      List<String> fitting =
          usable.stream().filter(t -> builder.tensor(t).shape().equals(input.shape())).toList();
      String other = fitting.get(random.nextInt(fitting.size()));
      node(
          new JoinOp.Add(clip()),
          List.of(input.name(), other),
          codes(0.05 + random.nextDouble() * 0.1, 0, U8));
    }

    private Clip clip() {
      return random.nextBoolean() ? Clip.NONE : new Clip(-0.01f, 1f + random.nextFloat());
    }
  }
}
