package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.qat4j.graph.Bias;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * Graphs of every operation with whatever numbers can be written down: extreme scales and zero
 * points, 1 to 16 bits, odd sizes, paddings beyond the kernel, strides and dilations beyond the
 * image. What the builder refuses is left out.
 */
final class WildGraphs {
  private static final int[] SIZES = {1, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31, 33};
  private static final int[] HUGE = {257, 1000, 4099, 1 << 20, 1 << 27, Integer.MAX_VALUE};

  private final Random random;
  private final Graph.Builder graph;
  private final List<String> tensors = new ArrayList<>();
  private int names;

  private WildGraphs(long seed) {
    this.random = new Random(seed);
    this.graph = Graph.builder("wild_" + seed);
  }

  static Graph draw(long seed) {
    return new WildGraphs(seed).draw();
  }

  private Graph draw() {
    graph.input(Tensor.real("image", imageOrFeatures()));
    tensors.add("image");
    while (tensors.size() == 1) {
      add(new ConvertOp.Quantize(), List.of("image"), codes());
    }
    for (int tries = 3 + random.nextInt(12); tries > 0; tries--) {
      attempt();
    }
    List<String> outputs = new ArrayList<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      outputs.add(real(any()));
    }
    return graph.build(outputs.stream().distinct().toArray(String[]::new));
  }

  private String real(String tensor) {
    if (!graph.tensor(tensor).isCodes()) {
      return tensor;
    }
    add(new ConvertOp.Dequantize(), List.of(tensor), new Tensor.Real());
    return tensors.get(tensors.size() - 1);
  }

  private Shape imageOrFeatures() {
    return switch (random.nextInt(40)) {
      case 0 -> Shape.of(1 + random.nextInt(3), 1 << random.nextInt(13), 1 << random.nextInt(13));
      case 1 -> Shape.of(1 << random.nextInt(13), 1, 1 + random.nextInt(2));
      case 2, 3, 4 -> Shape.of(1 + random.nextInt(100));
      default -> Shape.of(1 + random.nextInt(6), size(), size());
    };
  }

  private int size() {
    return SIZES[random.nextInt(SIZES.length)];
  }

  /** Mostly small; sometimes far too large. */
  private int count(int most) {
    return random.nextInt(60) == 0 ? HUGE[random.nextInt(HUGE.length)] : random.nextInt(most + 1);
  }

  private String any() {
    int back = random.nextInt(Math.min(4, tensors.size()));
    return tensors.get(tensors.size() - 1 - back);
  }

  private void attempt() {
    String from = any();
    Tensor input = graph.tensor(from);
    try {
      if (input.isCodes()) {
        codesOp(from, input);
      } else {
        realOp(from, input);
      }
    } catch (IllegalArgumentException e) {
      assertTrue(e.getMessage() != null && e.getMessage().length() > 10, () -> "message: " + e);
    }
  }

  private void codesOp(String from, Tensor input) {
    Tensor.Type same = input.type();
    switch (random.nextInt(16)) {
      case 0, 1, 2 -> conv(from, input);
      case 3 -> dense(from, input);
      case 4 -> add(new PoolOp.MaxPool(window()), List.of(from), same);
      case 5 -> add(new PoolOp.AveragePool(window(), random.nextBoolean()), List.of(from), codes());
      case 6 -> add(new PoolOp.GlobalAveragePool(), List.of(from), codes());
      case 7, 8 -> add(new JoinOp.Add(clip()), List.of(from, any()), codes());
      case 9 -> add(new JoinOp.Concat(), some(from), codes());
      case 10 -> add(new ConvertOp.Requantize(clip()), List.of(from), codes());
      case 11 -> add(new MoveOp.Flatten(), List.of(from), same);
      case 12 -> add(new MoveOp.Pad(count(3), count(3), count(3), count(3)), List.of(from), same);
      case 13 -> add(new MoveOp.Upsample(1 + count(2), 1 + count(2)), List.of(from), same);
      case 14 -> add(new FunctionOp.LeakyRelu(Math.abs(number())), List.of(from), codes());
      default -> add(new ConvertOp.Dequantize(), List.of(from), new Tensor.Real());
    }
  }

  private void realOp(String from, Tensor input) {
    List<String> one = List.of(from);
    switch (random.nextInt(20)) {
      case 0 -> realConv(from, input);
      case 1 -> {
        int outputs = 1 + random.nextInt(9);
        real(
            new LinearOp.Dense(
                reals(outputs * input.shape().elements()), reals(outputs), Clip.NONE),
            one);
      }
      case 2 -> real(new ChannelOp.ScaleShift(channels(input), channels(input)), one);
      case 3 -> real(new PoolOp.MaxPool(window()), one);
      case 4 -> real(new PoolOp.AveragePool(window(), random.nextBoolean()), one);
      case 5 -> real(new PoolOp.GlobalAveragePool(), one);
      case 6 -> real(new MoveOp.Pad(count(3), count(3), count(3), count(3)), one);
      case 7 -> real(new MoveOp.Upsample(1 + count(2), 1 + count(2)), one);
      case 8 -> real(new JoinOp.Concat(), some(from));
      case 9 -> real(new JoinOp.Add(Clip.NONE), List.of(from, any()));
      case 10 -> real(new JoinOp.Mul(), List.of(from, any()));
      case 11 -> real(new FunctionOp.Clamp(clip()), one);
      case 12 -> real(new FunctionOp.LeakyRelu(number()), one);
      case 13 -> real(new FunctionOp.Sigmoid(), one);
      case 14 -> real(new FunctionOp.Tanh(), one);
      case 15 -> real(new FunctionOp.HardSigmoid(number(), number()), one);
      case 16 -> real(new FunctionOp.HardSwish(), one);
      case 17 -> add(new ChannelOp.Softmax(), one, new Tensor.Real());
      case 18 -> add(new MoveOp.Flatten(), one, new Tensor.Real());
      default -> add(new ConvertOp.Quantize(), one, codes());
    }
  }

  private void real(Op op, List<String> inputs) {
    add(op, inputs, new Tensor.Real());
  }

  private void add(Op op, List<String> inputs, Tensor.Type type) {
    String name = "t" + names++;
    graph.node("n" + name, op, inputs, name, type);
    tensors.add(name);
  }

  private List<String> some(String first) {
    List<String> inputs = new ArrayList<>(List.of(first));
    while (random.nextInt(3) > 0) {
      inputs.add(random.nextBoolean() ? first : any());
    }
    return inputs;
  }

  private void conv(String from, Tensor input) {
    Window window = window();
    int channels = input.shape().channels();
    int groups = random.nextInt(3) == 0 ? channels : 1;
    int outputs = groups * (1 + random.nextInt(groups == 1 ? 20 : 3));
    Weights weights = weights(outputs, fanIn(channels / groups, window));
    Op op = new LinearOp.Conv(window, groups, weights, bias(outputs), clip());
    add(op, List.of(from), layerOutput());
  }

  private void dense(String from, Tensor input) {
    int outputs = 1 + random.nextInt(random.nextInt(9) == 0 ? 300 : 20);
    Weights weights = weights(outputs, input.shape().elements());
    add(new LinearOp.Dense(weights, bias(outputs), clip()), List.of(from), layerOutput());
  }

  private void realConv(String from, Tensor input) {
    Window window = window();
    int outputs = 1 + random.nextInt(5);
    Reals weights = reals(outputs * fanIn(input.shape().channels(), window));
    real(new LinearOp.Conv(window, 1, weights, reals(outputs), Clip.NONE), List.of(from));
  }

  /** Sizes that would take megabytes of weights are for the windows of pooling. */
  private static int fanIn(int channels, Window window) {
    long fanIn = (long) channels * window.kernelArea();
    if (fanIn > 1 << 14) {
      throw new IllegalArgumentException(fanIn + " weights for one output of a random network");
    }
    return (int) fanIn;
  }

  private Tensor.Type layerOutput() {
    return random.nextInt(6) == 0 ? new Tensor.Real() : codes();
  }

  private Weights weights(int outputs, int fanIn) {
    if ((long) outputs * fanIn > 1 << 18) {
      throw new IllegalArgumentException(outputs * fanIn + " weights for a random network");
    }
    int bits = random.nextInt(4) > 0 ? 1 + random.nextInt(8) : 1 + random.nextInt(16);
    IntRange range =
        bits == 1 || random.nextBoolean() ? IntRange.signed(bits) : IntRange.signedNarrow(bits);
    boolean affine = random.nextInt(4) == 0;
    short[] codes = new short[outputs * fanIn];
    boolean ends = random.nextInt(4) == 0;
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (short) (ends ? (random.nextBoolean() ? range.min() : range.max()) : code(range));
    }
    float[] scales = new float[outputs];
    int[] zeroPoints = new int[outputs];
    float shared = scale();
    for (int o = 0; o < outputs; o++) {
      scales[o] = random.nextInt(5) == 0 ? scale() : shared;
      zeroPoints[o] = affine ? code(range) : 0;
    }
    return new Weights(codes, scales, zeroPoints, range);
  }

  private Bias bias(int outputs) {
    int shift = random.nextInt(32);
    return new Bias(IntStream.range(0, outputs).map(o -> random.nextInt() >> shift).toArray());
  }

  private Window window() {
    return new Window(
        1 + count(4),
        1 + count(4),
        1 + count(2),
        1 + count(2),
        count(random.nextInt(5)),
        count(random.nextInt(5)),
        count(random.nextInt(5)),
        count(random.nextInt(5)),
        1 + count(random.nextInt(3)),
        1 + count(random.nextInt(3)));
  }

  private Tensor.Codes codes() {
    int bits = random.nextInt(3) > 0 ? 8 : 1 + random.nextInt(16);
    IntRange range = random.nextBoolean() ? IntRange.unsigned(bits) : IntRange.signed(bits);
    int zeroPoint =
        switch (random.nextInt(4)) {
          case 0 -> range.min();
          case 1 -> range.max();
          case 2 -> range.contains(0) ? 0 : range.min();
          default -> code(range);
        };
    return new Tensor.Codes(new QuantParams(scale(), zeroPoint, range));
  }

  /** Mostly alike, so that codes spread; sometimes anything that a float32 can be. */
  private float scale() {
    float scale =
        switch (random.nextInt(12)) {
          case 0 -> (float) Math.pow(10, random.nextDouble() * 83 - 45);
          case 1 -> Float.MIN_VALUE * (1 + random.nextInt(9));
          case 2 -> Float.MAX_VALUE / (1 + random.nextInt(9));
          case 3 -> Float.MIN_NORMAL;
          default -> 0.01f + random.nextFloat() * 0.2f;
        };
    return Float.isFinite(scale) && scale > 0 ? scale : 1;
  }

  private float number() {
    return switch (random.nextInt(8)) {
      case 0 -> Float.intBitsToFloat(random.nextInt());
      case 1 -> 0;
      default -> (float) random.nextGaussian();
    };
  }

  private Reals channels(Tensor tensor) {
    return reals(tensor.shape().channels());
  }

  private Reals reals(int count) {
    if (count > 1 << 18) {
      throw new IllegalArgumentException(count + " real weights for a random network");
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = number();
    }
    return new Reals(values);
  }

  private Clip clip() {
    return switch (random.nextInt(6)) {
      case 0 -> Clip.RELU;
      case 1 -> Clip.RELU6;
      case 2 -> new Clip(-Math.abs(number()) - 1e-3f, Math.abs(number()) + 1e-3f);
      case 3 -> new Clip(number(), number());
      default -> Clip.NONE;
    };
  }

  private int code(IntRange range) {
    return range.min() + random.nextInt(range.steps() + 1);
  }
}
