package org.qat4j.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * Small convolutional networks with every operation, drawn from a seed. Scales are such that codes
 * spread over their range.
 */
final class RandomGraphs {
  /** What is drawn. */
  enum Kind {
    /** Everything a graph can hold. */
    ANY,
    /**
     * Only what other runtimes compute in integers: 8-bit storage and weights without zero points.
     */
    PORTABLE
  }

  private final Random random;
  private final Kind kind;
  private final Graph.Builder graph;
  private int nodes;

  private RandomGraphs(long seed, Kind kind) {
    this.random = new Random(seed);
    this.kind = kind;
    this.graph = Graph.builder("random_" + seed);
  }

  static Graph draw(long seed, Kind kind) {
    return new RandomGraphs(seed, kind).draw();
  }

  private Graph draw() {
    Shape image = Shape.of(between(1, 3), between(6, 12), between(6, 12));
    graph.input(Tensor.real("image", image));
    String codes = node(new ConvertOp.Quantize(), List.of("image"), activation(1f / 128));
    for (int i = between(1, 5); i > 0; i--) {
      codes = hidden(codes);
    }
    if (random.nextBoolean()) {
      codes = globalPool(codes);
    }
    codes = node(new MoveOp.Flatten(), List.of(codes), graph.tensor(codes).type());
    for (int i = random.nextInt(2); i > 0; i--) {
      codes = dense(codes, between(2, 20), false);
    }
    return end(codes);
  }

  private Graph end(String codes) {
    boolean real = random.nextBoolean();
    String logits = dense(codes, between(2, 10), real);
    String scores =
        real ? logits : node(new ConvertOp.Dequantize(), List.of(logits), new Tensor.Real());
    String last =
        random.nextBoolean()
            ? node(new ChannelOp.Softmax(), List.of(scores), new Tensor.Real())
            : scores;
    boolean renamed = kind == Kind.ANY && random.nextInt(4) == 0;
    return graph.build(
        renamed ? node(new MoveOp.Identity(), List.of(last), graph.tensor(last).type()) : last);
  }

  private String hidden(String codes) {
    return switch (random.nextInt(10)) {
      case 0 -> maxPool(codes);
      case 5 ->
          sameCodes(
              new MoveOp.Pad(random.nextInt(3), random.nextInt(3), random.nextInt(3), 1), codes);
      case 6 -> sameCodes(new MoveOp.Upsample(between(1, 3), between(1, 2)), codes);
      case 7 -> leakyRelu(codes);
      case 1 -> averagePool(codes);
      case 2 -> residual(codes);
      case 3 -> concat(codes);
      case 4 -> requantize(codes);
      default -> conv(codes, between(1, 8));
    };
  }

  private String conv(String codes, int filters) {
    Tensor input = graph.tensor(codes);
    int groups = random.nextInt(3) == 0 ? input.shape().channels() : 1;
    Window window = convWindow(input.shape());
    int outChannels = filters * groups;
    int fanIn = input.shape().channels() / groups * window.kernelArea();
    return layer(
        codes, outChannels, fanIn, false, (w, b, c) -> new LinearOp.Conv(window, groups, w, b, c));
  }

  private Window convWindow(Shape shape) {
    int height = Math.min(between(1, 3), shape.height());
    int width = Math.min(between(1, 3), shape.width());
    boolean dilated =
        random.nextInt(4) == 0 && shape.height() > 2 * height && shape.width() > 2 * width;
    int dilation = dilated ? 2 : 1;
    return new Window(
        height,
        width,
        between(1, 2),
        between(1, 2),
        random.nextInt(height),
        random.nextInt(width),
        random.nextInt(height),
        random.nextInt(width),
        dilation,
        dilation);
  }

  private String dense(String codes, int outputs, boolean real) {
    int fanIn = graph.tensor(codes).shape().elements();
    return layer(codes, outputs, fanIn, real, LinearOp.Dense::new);
  }

  private interface Layer {
    Op of(Weights weights, Bias bias, Clip clip);
  }

  private String layer(String codes, int outChannels, int fanIn, boolean real, Layer layer) {
    QuantParams in = graph.tensor(codes).params();
    Weights weights = weights(outChannels, fanIn);
    float spread =
        in.scale()
            * in.range().steps()
            / 4f
            * weights.scale(0)
            * weights.range().steps()
            / 4f
            * (float) Math.sqrt(fanIn);
    Tensor.Type type = real ? new Tensor.Real() : activation(spread / 16);
    Clip clip = real && kind == Kind.PORTABLE ? Clip.NONE : clip(type);
    int[] bias = new int[outChannels];
    for (int o = 0; o < outChannels; o++) {
      bias[o] = (int) (random.nextGaussian() * spread / (in.scale() * weights.scale(o)) / 4);
    }
    return node(layer.of(weights, new Bias(bias), clip), List.of(codes), type);
  }

  private Weights weights(int outChannels, int fanIn) {
    int bits = kind == Kind.PORTABLE ? between(4, 8) : random.nextInt(8) == 0 ? 16 : between(2, 8);
    IntRange range = random.nextInt(3) == 0 ? IntRange.signed(bits) : IntRange.signedNarrow(bits);
    short[] codes = new short[outChannels * fanIn];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (short) draw(range);
    }
    float[] scales = new float[outChannels];
    int[] zeroPoints = new int[outChannels];
    boolean affine = kind == Kind.ANY && random.nextInt(4) == 0;
    for (int o = 0; o < outChannels; o++) {
      scales[o] = (1 + random.nextFloat()) / range.steps();
      zeroPoints[o] = affine ? draw(range) : 0;
    }
    return new Weights(codes, scales, zeroPoints, range);
  }

  private String maxPool(String codes) {
    return node(
        new PoolOp.MaxPool(poolWindow(graph.tensor(codes).shape())),
        List.of(codes),
        graph.tensor(codes).type());
  }

  private String sameCodes(Op op, String codes) {
    return node(op, List.of(codes), graph.tensor(codes).type());
  }

  private String leakyRelu(String codes) {
    QuantParams in = graph.tensor(codes).params();
    Op op = new FunctionOp.LeakyRelu(random.nextInt(3) / 8f);
    return node(op, List.of(codes), activation(in.scale() * in.range().steps() / 200));
  }

  private String averagePool(String codes) {
    Tensor input = graph.tensor(codes);
    Op op = new PoolOp.AveragePool(poolWindow(input.shape()), random.nextBoolean());
    return node(
        op,
        List.of(codes),
        activation(input.params().scale() * input.params().range().steps() / 256));
  }

  private String globalPool(String codes) {
    QuantParams in = graph.tensor(codes).params();
    return node(
        new PoolOp.GlobalAveragePool(),
        List.of(codes),
        activation(in.scale() * in.range().steps() / 512));
  }

  private Window poolWindow(Shape shape) {
    int kernel = Math.min(between(1, 3), Math.min(shape.height(), shape.width()));
    return Window.square(kernel, between(1, 2), kernel / 2);
  }

  /** Two branches of one shape, added. */
  private String residual(String codes) {
    int channels = graph.tensor(codes).shape().channels();
    String left = pointwise(codes, channels);
    String right = random.nextBoolean() ? codes : pointwise(codes, channels);
    QuantParams in = graph.tensor(left).params();
    Tensor.Type type = activation(in.scale() * in.range().steps() / 128);
    return node(new JoinOp.Add(clip(type)), List.of(left, right), type);
  }

  private String concat(String codes) {
    List<String> inputs = new ArrayList<>(List.of(codes));
    for (int i = between(1, 2); i > 0; i--) {
      inputs.add(pointwise(codes, between(1, 4)));
    }
    QuantParams in = graph.tensor(codes).params();
    return node(new JoinOp.Concat(), inputs, activation(in.scale() * in.range().steps() / 200));
  }

  private String pointwise(String codes, int filters) {
    int channels = graph.tensor(codes).shape().channels();
    Window window = Window.square(1, 1, 0);
    return layer(
        codes, filters, channels, false, (w, b, c) -> new LinearOp.Conv(window, 1, w, b, c));
  }

  private String requantize(String codes) {
    QuantParams in = graph.tensor(codes).params();
    Tensor.Type type = activation(in.scale() * in.range().steps() / 180);
    return node(new ConvertOp.Requantize(clip(type)), List.of(codes), type);
  }

  /** Parameters whose 8-bit scale is the given one. */
  private Tensor.Type activation(float scale8) {
    int bits = random.nextInt(3) == 0 ? between(2, 7) : 8;
    boolean signed = kind == Kind.ANY && random.nextInt(4) == 0;
    IntRange range = signed ? IntRange.signed(bits) : IntRange.unsigned(bits);
    int zeroPoint =
        switch (random.nextInt(3)) {
          case 0 -> range.min();
          case 1 -> (range.min() + range.max() + 1) / 2;
          default -> draw(range);
        };
    float scale = scale8 * 256 / (1 << bits) * (0.7f + 0.6f * random.nextFloat());
    return new Tensor.Codes(new QuantParams(scale, zeroPoint, range));
  }

  private Clip clip(Tensor.Type type) {
    Clip clip =
        switch (random.nextInt(4)) {
          case 0 -> Clip.NONE;
          case 1 -> Clip.RELU6;
          case 2 -> new Clip(-random.nextFloat() - 0.5f, random.nextFloat() + 0.5f);
          default -> Clip.RELU;
        };
    if (type instanceof Tensor.Codes codes) {
      QuantParams params = codes.params();
      return params.quantize(clip.min()) < params.quantize(clip.max()) ? clip : Clip.NONE;
    }
    return clip;
  }

  private String node(Op op, List<String> inputs, Tensor.Type type) {
    int number = nodes++;
    String name = op.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT) + number;
    String output = random.nextBoolean() ? name : "t" + number;
    graph.node(name, op, inputs, output, type);
    return output;
  }

  private int draw(IntRange range) {
    return between(range.min(), range.max());
  }

  private int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }
}
