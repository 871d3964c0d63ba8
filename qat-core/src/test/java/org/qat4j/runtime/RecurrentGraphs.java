package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.GateFunction;
import org.qat4j.graph.Graph;
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

/** Recurrent layers of every kind, and networks of them, from a seed. */
final class RecurrentGraphs {
  private static final Tensor.Type REAL = new Tensor.Real();
  private static final IntRange S8 = IntRange.signed(8);

  private RecurrentGraphs() {}

  /** One layer of each size and kind, and what stands around it. */
  static Map<String, Graph> all() {
    Map<String, Graph> graphs = new LinkedHashMap<>();
    int[][] sizes = {{1, 1}, {3, 2}, {16, 16}, {17, 31}, {65, 33}, {520, 20}};
    long seed = 1;
    for (int[] size : sizes) {
      for (int time : new int[] {1, 2, 7}) {
        for (Arithmetic arithmetic : List.of(Arithmetic.DYNAMIC_CODES, Arithmetic.REALS)) {
          Random random = new Random(seed++);
          RecurrentOp op = layer(random, arithmetic, size[0], size[1]);
          graphs.put(op.onnxName() + " " + time + " steps " + seed, graph(op, time));
        }
      }
    }
    for (int weight : new int[] {-128, 127}) {
      graphs.put("LSTM of weights " + weight, graph(extreme(weight, 600, 3), 2));
      graphs.put("dense of dynamic codes, weights " + weight, extremeDense(weight));
    }
    graphs.put(
        "long language model",
        languageModel(new Random(9), Arithmetic.DYNAMIC_CODES).withSteps(11));
    graphs.put("long extreme dense", extremeDense(-128).withSteps(9));
    graphs.put("language model", languageModel(new Random(7), Arithmetic.DYNAMIC_CODES));
    graphs.put("language model of real numbers", languageModel(new Random(8), Arithmetic.REALS));
    graphs.put("softmax of many", softmax(2600));
    graphs.put("softmax of lanes", softmax(256));
    return graphs;
  }

  static Coefficients coefficients(Random random, Arithmetic arithmetic, int rows, int columns) {
    Reals bias = reals(random, rows, 0.3f);
    return switch (arithmetic) {
      case DYNAMIC_CODES ->
          new Coefficients.OfDynamicCodes(
              TestGraphs.weights(random, rows, columns, S8, random.nextInt(4) > 0), bias);
      case REALS ->
          new Coefficients.OfReals(reals(random, rows * columns, 1 / (float) columns), bias);
      case CODES -> throw new IllegalArgumentException("recurrent layers have no such weights");
    };
  }

  static Reals reals(Random random, int count, float magnitude) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() * magnitude;
    }
    return new Reals(values);
  }

  static RecurrentOp layer(Random random, Arithmetic arithmetic, int features, int units) {
    Scan scan = new Scan(random.nextBoolean(), random.nextBoolean(), random.nextBoolean());
    boolean lstm = random.nextInt(3) > 0;
    int rows = (lstm ? RecurrentOp.Lstm.GATES : 1) * units;
    Coefficients input = coefficients(random, arithmetic, rows, features);
    Coefficients recurrent = coefficients(random, arithmetic, rows, units);
    if (!lstm) {
      GateFunction[] functions = GateFunction.values();
      GateFunction function = functions[random.nextInt(functions.length)];
      return new RecurrentOp.SimpleRnn(input, recurrent, function, scan);
    }
    Optional<Reals> peepholes =
        Optional.of(reals(random, 3 * units, 0.5f)).filter(any -> random.nextBoolean());
    return new RecurrentOp.Lstm(input, recurrent, peepholes, scan);
  }

  private static RecurrentOp extreme(int weight, int features, int units) {
    return new RecurrentOp.Lstm(
        extremeRows(weight, 4 * units, features),
        coefficients(new Random(weight), Arithmetic.DYNAMIC_CODES, 4 * units, units),
        Optional.empty(),
        Scan.FORWARD);
  }

  private static Coefficients.OfDynamicCodes extremeRows(int weight, int rows, int columns) {
    byte[] codes = new byte[rows * columns];
    Arrays.fill(codes, (byte) weight);
    float[] scales = new float[rows];
    Arrays.fill(scales, 1e-5f);
    return new Coefficients.OfDynamicCodes(
        Weights.symmetric(codes, scales, S8), new Reals(new float[rows]));
  }

  private static Graph extremeDense(int weight) {
    Coefficients rows = extremeRows(weight, 5, 2100);
    return Graph.builder("extreme")
        .input(Tensor.real("x", Shape.of(2, 2100)))
        .node("q", new ConvertOp.QuantizeDynamic(), List.of("x"), "c", new Tensor.DynamicCodes())
        .node("dense", new LinearOp.Dense(rows, Clip.NONE), List.of("c"), "y", REAL)
        .build("y");
  }

  /** A layer alone, with all that it reads as inputs. */
  static Graph graph(RecurrentOp op, int time) {
    Graph.Builder graph =
        Graph.builder("layer").input(Tensor.real("x", Shape.of(time, op.input().fanIn())));
    List<String> operands = new ArrayList<>(List.of(codes(graph, "x", op.input().arithmetic())));
    if (op.scan().resumed()) {
      graph.input(Tensor.real("state", Shape.of(op.stateRows(), op.units())));
      operands.add("state");
    }
    if (op.scan().masked()) {
      graph.input(Tensor.real("mask", Shape.of(time, 1)));
      operands.add("mask");
    }
    return graph.node("layer", op, operands, "y", REAL).build("y");
  }

  /** What a layer of such weights reads in place of real numbers. */
  private static String codes(Graph.Builder graph, String real, Arithmetic arithmetic) {
    if (arithmetic == Arithmetic.REALS) {
      return real;
    }
    String codes = real + "_codes";
    graph.node(
        "quantize_" + real,
        new ConvertOp.QuantizeDynamic(),
        List.of(real),
        codes,
        new Tensor.DynamicCodes());
    return codes;
  }

  /** Words to the probabilities of the next word, with state. */
  static Graph languageModel(Random random, Arithmetic arithmetic) {
    int units = 20;
    Table table =
        arithmetic == Arithmetic.REALS
            ? new Table.OfReals(reals(random, 90 * 24, 1), 24)
            : new Table.OfCodes(TestGraphs.weights(random, 90, 24, S8, false));
    Op lstm =
        new RecurrentOp.Lstm(
            coefficients(random, arithmetic, 4 * units, 24),
            coefficients(random, arithmetic, 4 * units, units),
            Optional.empty(),
            Scan.FORWARD.fromState());
    Coefficients decoder = coefficients(random, arithmetic, 90, units);
    Graph.Builder graph =
        Graph.builder("language model")
            .input(Tensor.real("words", Shape.of(5, 1)))
            .input(Tensor.real("state", Shape.of(2, units)))
            .node("embedding", new Embedding(table), List.of("words"), "x", REAL);
    graph.node("lstm", lstm, List.of(codes(graph, "x", arithmetic), "state"), "hc", REAL);
    graph.node("steps", MoveOp.Steps.allButLast(1), List.of("hc"), "h", REAL);
    graph.node("last", MoveOp.Steps.last(2), List.of("hc"), "next", REAL);
    Op dense = new LinearOp.Dense(decoder, Clip.NONE);
    graph.node("decoder", dense, List.of(codes(graph, "h", arithmetic)), "z", REAL);
    return graph
        .node("softmax", new ChannelOp.Softmax(), List.of("z"), "y", REAL)
        .state("state", "next")
        .build("y");
  }

  private static Graph softmax(int features) {
    return Graph.builder("softmax")
        .input(Tensor.real("x", Shape.of(3, features)))
        .node("softmax", new ChannelOp.Softmax(), List.of("x"), "y", REAL)
        .build("y");
  }
}
