package org.qat4j.onnx;

import java.util.List;
import java.util.Random;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.scheme.IntRange;

/**
 * Networks of dense layers on codes whose scale is computed while running, of features or
 * sequences, with and without state, drawn from a seed.
 */
final class DynamicGraphs {
  private static final Tensor.Type REAL = new Tensor.Real();

  private final Random random;
  private final Graph.Builder graph;
  private int nodes;

  private DynamicGraphs(long seed) {
    random = new Random(seed);
    graph = Graph.builder("dynamic_" + seed);
  }

  static Graph draw(long seed) {
    return new DynamicGraphs(seed).draw();
  }

  private Graph draw() {
    int features = 3 + random.nextInt(9);
    Shape shape =
        random.nextBoolean() ? Shape.of(features) : Shape.of(1 + random.nextInt(4), features);
    graph.input(Tensor.real("x", shape));
    boolean keeps = random.nextInt(3) == 0;
    if (keeps) {
      int kept = 2 + random.nextInt(6);
      boolean sequence = shape.kind() == Shape.Kind.SEQUENCE;
      graph.input(
          Tensor.real("before", sequence ? Shape.of(shape.height(), kept) : Shape.of(kept)));
    }
    String last = "x";
    for (int i = random.nextInt(3); i >= 0; i--) {
      last = layers(last);
    }
    if (keeps) {
      last = node(new JoinOp.Concat(), List.of(last, "before"), REAL);
      last = layer(last, codes(last), graph.tensor("before").shape().channels());
      graph.state("before", last);
    }
    boolean hidden = keeps && random.nextBoolean();
    String end =
        hidden || random.nextBoolean() ? node(new ChannelOp.Softmax(), List.of(last), REAL) : last;
    if (graph.tensor(end).shape().kind() == Shape.Kind.SEQUENCE && random.nextBoolean()) {
      end = node(new MoveOp.Flatten(), List.of(end), REAL);
    }
    return graph.build(end);
  }

  /** One layer, or two of the same codes side by side. */
  private String layers(String real) {
    String codes = codes(real);
    String first = layer(real, codes, 2 + random.nextInt(8));
    return random.nextInt(3) > 0
        ? first
        : node(new JoinOp.Concat(), List.of(first, layer(real, codes, 3)), REAL);
  }

  private String codes(String real) {
    return node(new ConvertOp.QuantizeDynamic(), List.of(real), new Tensor.DynamicCodes());
  }

  private String layer(String real, String codes, int outputs) {
    Weights weights = weights(outputs, graph.tensor(real).shape().channels());
    float[] bias = new float[outputs];
    for (int o = 0; o < outputs; o++) {
      bias[o] = (float) random.nextGaussian();
    }
    Clip clip = List.of(Clip.NONE, Clip.RELU, Clip.RELU6).get(random.nextInt(3));
    return node(new LinearOp.Dense(weights, new Reals(bias), clip), List.of(codes), REAL);
  }

  private Weights weights(int outputs, int inputs) {
    IntRange range =
        List.of(IntRange.signed(8), new IntRange(-127, 127), new IntRange(-7, 7))
            .get(random.nextInt(3));
    short[] codes = new short[outputs * inputs];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (short) (range.min() + random.nextInt(range.steps() + 1));
    }
    float[] scales = new float[outputs];
    int[] zeros = new int[outputs];
    boolean symmetric = random.nextInt(3) > 0;
    for (int o = 0; o < outputs; o++) {
      scales[o] = 0.001f + random.nextFloat() / 50;
      zeros[o] = symmetric ? 0 : range.min() + random.nextInt(range.steps() + 1);
    }
    return new Weights(codes, scales, zeros, range);
  }

  private String node(Op op, List<String> inputs, Tensor.Type type) {
    String name = "t" + ++nodes;
    graph.node("n" + nodes, op, inputs, name, type);
    return name;
  }
}
