package org.qat4j.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.GateFunction;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Reals;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Scan;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Table;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.scheme.IntRange;

/**
 * Networks of recurrent layers, drawn from a seed: words or features, dynamic codes or real
 * numbers, in one direction or both, with masks, peepholes and state.
 */
final class RecurrentGraphs {
  static final int WORDS = 11;
  private static final Tensor.Type REAL = new Tensor.Real();

  private final Random random;
  private final Graph.Builder graph;
  private final int steps;
  private final boolean masked;
  private final List<int[]> kept = new ArrayList<>();
  private int nodes;

  private RecurrentGraphs(long seed) {
    random = new Random(seed);
    graph = Graph.builder("recurrent_" + seed);
    steps = 2 + random.nextInt(4);
    masked = random.nextInt(3) == 0;
  }

  static Graph draw(long seed) {
    return new RecurrentGraphs(seed).draw();
  }

  /** One whose layers all have weights of codes. */
  static Graph drawDynamic(long seed) {
    Graph graph = draw(seed);
    return graph.islands().stream().allMatch(node -> node.op().weights().isEmpty())
        ? graph
        : drawDynamic(seed + 1000);
  }

  private Graph draw() {
    boolean words = random.nextBoolean();
    graph.input(Tensor.real("x", Shape.of(steps, words ? 1 : 4)));
    if (masked) {
      graph.input(Tensor.real("mask", Shape.of(steps, 1)));
    }
    int layers = 1 + random.nextInt(2);
    for (int i = 0; i < layers; i++) {
      int[] layer = {2 + random.nextInt(5), random.nextInt(2), random.nextInt(3)};
      kept.add(layer);
      if (layer[2] == 0) {
        graph.input(Tensor.real("state" + i, Shape.of(layer[1] == 0 ? 2 : 1, layer[0])));
      }
    }
    String last = words ? embedding("x") : "x";
    for (int i = 0; i < layers; i++) {
      last = layer(last, i);
    }
    String codes = codes(last);
    Weights decoder = weights(5, channels(last));
    String y = node(new LinearOp.Dense(decoder, reals(5), Clip.NONE), List.of(codes), REAL);
    return graph.build(random.nextBoolean() ? node(new ChannelOp.Softmax(), List.of(y), REAL) : y);
  }

  private String embedding(String words) {
    Table table =
        random.nextBoolean()
            ? new Table.OfReals(reals(WORDS * 6), 6)
            : new Table.OfCodes(weights(WORDS, 6));
    return node(new Embedding(table), List.of(words), REAL);
  }

  private String layer(String last, int index) {
    int units = kept.get(index)[0];
    boolean lstm = kept.get(index)[1] == 0;
    boolean resumed = kept.get(index)[2] == 0;
    boolean dynamic = random.nextInt(4) > 0;
    String x = dynamic ? codes(last) : last;
    Scan scan = masked && random.nextBoolean() ? Scan.FORWARD.underMask() : Scan.FORWARD;
    if (resumed) {
      String all = recurrent(x, last, dynamic, lstm, units, scan.fromState(), "state" + index);
      int rows = lstm ? 2 : 1;
      graph.state("state" + index, node(MoveOp.Steps.last(rows), List.of(all), REAL));
      return results(all, lstm);
    }
    String forward = results(recurrent(x, last, dynamic, lstm, units, scan, ""), lstm);
    if (random.nextBoolean()) {
      return forward;
    }
    Scan reversed = new Scan(true, false, scan.masked());
    String back = results(recurrent(x, last, dynamic, lstm, units, reversed, ""), lstm);
    return node(new JoinOp.Concat(), List.of(forward, back), REAL);
  }

  private String results(String all, boolean lstm) {
    return lstm ? node(MoveOp.Steps.allButLast(1), List.of(all), REAL) : all;
  }

  private String recurrent(
      String x, String real, boolean dynamic, boolean lstm, int units, Scan scan, String state) {
    int rows = units * (lstm ? 4 : 1);
    Coefficients input = coefficients(dynamic, rows, channels(real));
    Coefficients recurrent = coefficients(dynamic, rows, units);
    RecurrentOp op =
        lstm
            ? new RecurrentOp.Lstm(
                input,
                recurrent,
                random.nextInt(3) == 0 ? Optional.of(reals(3 * units)) : Optional.empty(),
                scan)
            : new RecurrentOp.SimpleRnn(
                input,
                recurrent,
                List.of(GateFunction.values()).get(random.nextInt(GateFunction.values().length)),
                scan);
    List<String> operands = new ArrayList<>(List.of(x));
    if (scan.resumed()) {
      operands.add(state);
    }
    if (scan.masked()) {
      operands.add("mask");
    }
    return node(op, operands, REAL);
  }

  private Coefficients coefficients(boolean dynamic, int rows, int fanIn) {
    return dynamic
        ? new Coefficients.OfDynamicCodes(weights(rows, fanIn), reals(rows))
        : new Coefficients.OfReals(reals(rows * fanIn), reals(rows));
  }

  private int channels(String tensor) {
    return graph.tensor(tensor).shape().channels();
  }

  private String codes(String real) {
    return node(new ConvertOp.QuantizeDynamic(), List.of(real), new Tensor.DynamicCodes());
  }

  private Reals reals(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() / 4;
    }
    return new Reals(values);
  }

  private Weights weights(int rows, int fanIn) {
    IntRange range =
        List.of(IntRange.signed(8), new IntRange(-127, 127), new IntRange(-7, 7))
            .get(random.nextInt(3));
    short[] codes = new short[rows * fanIn];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (short) (range.min() + random.nextInt(range.steps() + 1));
    }
    float[] scales = new float[rows];
    int[] zeros = new int[rows];
    boolean symmetric = random.nextInt(3) > 0;
    for (int o = 0; o < rows; o++) {
      scales[o] = (0.5f + random.nextFloat()) / range.steps();
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
