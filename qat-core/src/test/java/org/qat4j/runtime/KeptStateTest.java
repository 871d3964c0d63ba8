package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Window;
import org.qat4j.runtime.reference.ReferenceBackend;
import org.qat4j.runtime.toy.ToyBackend;
import org.qat4j.runtime.toy.ToyLayout;
import org.qat4j.runtime.toy.ToySpace;

/** Recurrent cells over several calls equal the same cells one behind the other in one call. */
class KeptStateTest {
  private static final int CALLS = 4;
  private static final Tensor.Type REAL = new Tensor.Real();
  private static final Tensor.Codes TYPE = TestGraphs.codes(0.02, 100, TestGraphs.U8);

  /** A recurrent cell. */
  enum Cell {
    /** Codes: {@code h = wx * x + wh * h}, by convolutions, as images. */
    INTEGER {
      @Override
      String next(Graph.Builder graph, String x, String h, String suffix) {
        graph.node("q" + suffix, new ConvertOp.Quantize(), List.of(x), "c" + suffix, TYPE);
        graph.node("wx" + suffix, conv(1), List.of("c" + suffix), "a" + suffix, TYPE);
        graph.node("wh" + suffix, conv(2), List.of(h), "b" + suffix, TYPE);
        Op add = new JoinOp.Add(Clip.NONE);
        List<String> terms = List.of("a" + suffix, "b" + suffix);
        graph.node("add" + suffix, add, terms, "h" + suffix, type());
        return "h" + suffix;
      }

      @Override
      String result(Graph.Builder graph, String h, String suffix) {
        graph.node("d" + suffix, new ConvertOp.Dequantize(), List.of(h), "y" + suffix, REAL);
        return "y" + suffix;
      }
    },
    /** Real numbers: {@code h = tanh(wx * x + wh * h)}, of a sequence step by step. */
    REALS {
      @Override
      String next(Graph.Builder graph, String x, String h, String suffix) {
        graph.node("wx" + suffix, dense(1), List.of(x), "a" + suffix, REAL);
        return joined(graph, h, suffix);
      }

      @Override
      String result(Graph.Builder graph, String h, String suffix) {
        return h;
      }
    },
    /** As those, of codes whose scale each image has of its own. */
    DYNAMIC {
      @Override
      String next(Graph.Builder graph, String x, String h, String suffix) {
        Tensor.Type dynamic = new Tensor.DynamicCodes();
        graph.node(
            "q" + suffix, new ConvertOp.QuantizeDynamic(), List.of(x), "c" + suffix, dynamic);
        Op dense =
            new LinearOp.Dense(
                TestGraphs.weights(new Random(5), 3, 3, TestGraphs.S8, true),
                new Reals(0.1f, 0, -0.1f),
                Clip.NONE);
        graph.node("wx" + suffix, dense, List.of("c" + suffix), "a" + suffix, REAL);
        return joined(graph, h, suffix);
      }

      @Override
      String result(Graph.Builder graph, String h, String suffix) {
        return h;
      }
    };

    Shape shape() {
      return switch (this) {
        case INTEGER -> Shape.of(3, 2, 2);
        case REALS -> Shape.of(2, 3);
        case DYNAMIC -> Shape.of(3);
      };
    }

    Tensor.Type type() {
      return switch (this) {
        case INTEGER -> TestGraphs.codes(0.03, 90, TestGraphs.U8);
        case REALS, DYNAMIC -> REAL;
      };
    }

    private static Op conv(long seed) {
      Random random = new Random(seed);
      return new LinearOp.Conv(
          Window.square(1, 1, 0),
          1,
          TestGraphs.weights(random, 3, 3, TestGraphs.S8, true),
          TestGraphs.bias(random, 3, 200),
          Clip.NONE);
    }

    private static Op dense(long seed) {
      Random random = new Random(seed);
      float[] weights = new float[9];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (float) random.nextGaussian();
      }
      return new LinearOp.Dense(new Reals(weights), new Reals(0.1f, -0.2f, 0.3f), Clip.NONE);
    }

    private static String joined(Graph.Builder graph, String h, String suffix) {
      graph.node("wh" + suffix, dense(2), List.of(h), "b" + suffix, REAL);
      List<String> terms = List.of("a" + suffix, "b" + suffix);
      graph.node("add" + suffix, new JoinOp.Add(Clip.NONE), terms, "s" + suffix, REAL);
      graph.node("tanh" + suffix, new FunctionOp.Tanh(), List.of("s" + suffix), "h" + suffix, REAL);
      return "h" + suffix;
    }

    /** Adds the nodes of one step and returns the name of the new state. */
    abstract String next(Graph.Builder graph, String x, String h, String suffix);

    /** The name of what callers get of a state. */
    abstract String result(Graph.Builder graph, String h, String suffix);

    Graph withState() {
      Graph.Builder graph =
          Graph.builder("cell")
              .input(Tensor.real("x", shape()))
              .input(new Tensor("h", shape(), type()));
      String next = next(graph, "x", "h", "1");
      String result = result(graph, next, "1");
      return graph.state("h", next).build(result);
    }

    /** All calls in one: inputs are the first state and each call's numbers. */
    Graph unrolled() {
      Graph.Builder graph = Graph.builder("unrolled").input(new Tensor("h", shape(), type()));
      String[] results = new String[CALLS];
      String h = "h";
      for (int i = 0; i < CALLS; i++) {
        graph.input(Tensor.real("x" + i, shape()));
        h = next(graph, "x" + i, h, "_" + i);
        results[i] = result(graph, h, "_" + i);
      }
      return graph.build(results);
    }

    float[][] calls(int batch) {
      Random random = new Random(batch);
      float[][] calls = new float[CALLS][batch * shape().elements()];
      for (float[] call : calls) {
        for (int i = 0; i < call.length; i++) {
          call[i] = (float) random.nextGaussian();
        }
      }
      return calls;
    }

    /** What the calls give if none is kept back. */
    float[][] expected(float[][] calls, int batch) {
      List<Object> inputs = new ArrayList<>();
      if (type() instanceof Tensor.Codes codes) {
        byte[] first = new byte[batch * shape().elements()];
        Arrays.fill(first, (byte) codes.params().zeroPoint());
        inputs.add(first);
      } else {
        inputs.add(new float[batch * shape().elements()]);
      }
      inputs.addAll(List.of(calls));
      try (GraphRunner runner = new GraphRunner(unrolled(), "reference", 1)) {
        return runner.run(inputs.toArray(), batch);
      }
    }
  }

  private static float[][] run(GraphRunner runner, float[][] calls, int batch) {
    float[][] results = new float[calls.length][];
    for (int i = 0; i < calls.length; i++) {
      results[i] = runner.run(new Object[] {calls[i]}, batch)[0];
    }
    return results;
  }

  private static void assertEqual(float[][] expected, float[][] actual, GraphRunner runner) {
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], actual[i], () -> runner.plan().toString());
    }
  }

  static Stream<Arguments> cellsOnBackends() {
    return Stream.of(Cell.values())
        .flatMap(
            cell ->
                Backends.registered().present().stream()
                    .map(backend -> Arguments.of(cell, backend.name())));
  }

  @ParameterizedTest
  @MethodSource("cellsOnBackends")
  void calls_ofACell_equalTheUnrolledCell(Cell cell, String backend) {
    for (int threads : new int[] {1, 2, 3}) {
      try (GraphRunner runner = new GraphRunner(cell.withState(), backend, threads)) {
        for (int batch : new int[] {1, 7, 70}) {
          float[][] calls = cell.calls(batch);
          float[][] expected = cell.expected(calls, batch);
          assertEqual(expected, run(runner, calls, batch), runner);
          runner.resetState();
          assertEqual(expected, run(runner, calls, batch), runner);
          runner.resetState();
        }
      }
    }
  }

  private final ToySpace space = new ToySpace();

  private Choice toy() {
    ToyBackend toy = new ToyBackend(space, new ToyLayout(4), 1000, () -> {});
    return new Choice(new Backends(List.of(toy, new ReferenceBackend())), "toy", Choice.By.RULE);
  }

  private static GraphRunner runner(Graph graph, Choice choice) {
    return new GraphRunner(
        graph, choice, 1, Optional.empty(), Limits.DEFAULT, CallerLayouts.CHANNELS_FIRST);
  }

  @Test
  void calls_onADevice_equalTheUnrolledCellAndThePlanShowsTheCopies() {
    float[][] calls = Cell.INTEGER.calls(5);
    try (GraphRunner runner = runner(Cell.INTEGER.withState(), toy())) {
      assertEqual(Cell.INTEGER.expected(calls, 5), run(runner, calls, 5), runner);
      Plan plan = runner.plan();
      List<String> kernels =
          plan.entries().stream().map(entry -> entry.nodes() + " " + entry.kernel()).toList();
      assertTrue(kernels.contains("h toy:copy(in)"), kernels::toString);
      assertTrue(kernels.contains("h1 toy:copy(out)"), kernels::toString);
      assertEquals(List.of("'h' is the last call's 'h1': U8 3x2x2"), plan.states());
      assertTrue(plan.toString().contains("state 'h' is the last call's 'h1'"), plan::toString);
    }
    assertEquals(0, space.blocks());
  }

  @Test
  void state_ofTwoSessions_isEachOnesOwn() {
    float[][] calls = Cell.REALS.calls(2);
    float[][] expected = Cell.REALS.expected(calls, 2);
    Graph graph = Cell.REALS.withState();
    try (GraphRunner one = new GraphRunner(graph, "reference", 1);
        GraphRunner other = new GraphRunner(graph, "reference", 1)) {
      for (int i = 0; i < CALLS; i++) {
        assertArrayEquals(expected[i], one.run(new Object[] {calls[i]}, 2)[0]);
        assertArrayEquals(expected[i], other.run(new Object[] {calls[i]}, 2)[0]);
      }
    }
  }

  @Test
  void run_ofAnotherBatch_isRefusedAndChangesNothing() {
    float[][] calls = Cell.INTEGER.calls(3);
    float[][] expected = Cell.INTEGER.expected(calls, 3);
    try (GraphRunner runner = new GraphRunner(Cell.INTEGER.withState(), "reference", 1)) {
      runner.run(new Object[] {calls[0]}, 3);
      float[][] others = Cell.INTEGER.calls(2);
      var error =
          assertThrows(
              IllegalArgumentException.class, () -> runner.run(new Object[] {others[0]}, 2));
      assertEquals(
          "the session keeps the state of 3 images, got a batch of 2: call resetState() first, or"
              + " open a session for each batch size",
          error.getMessage());
      assertThrows(IllegalArgumentException.class, () -> runner.run(new Object[] {calls[0]}, 4));
      assertArrayEquals(expected[1], runner.run(new Object[] {calls[1]}, 3)[0]);
    }
  }

  @Test
  void trace_betweenCalls_readsTheStateAndLeavesItAsItIs() {
    float[][] calls = Cell.INTEGER.calls(2);
    float[][] expected = Cell.INTEGER.expected(calls, 2);
    try (GraphRunner runner = new GraphRunner(Cell.INTEGER.withState(), "reference", 1)) {
      runner.trace(new Object[] {Cell.INTEGER.calls(9)[0]}, 9);
      runner.run(new Object[] {calls[0]}, 2);
      int[] traced = runner.trace(new Object[] {calls[1]}, 2).get("h1");
      assertArrayEquals(expected[1], runner.run(new Object[] {calls[1]}, 2)[0]);
      for (int i = 0; i < traced.length; i++) {
        float real = ((Tensor.Codes) Cell.INTEGER.type()).params().dequantize(traced[i]);
        assertEquals(expected[1][i], real);
      }
    }
  }

  /** What a session keeps lies as its kernels have it, however callers' arrays do. */
  @Test
  void calls_withResultsInAnotherLayoutThanImages_equalTheUnrolledCell() {
    float[][] calls = Cell.INTEGER.calls(1);
    float[][] expected = Cell.INTEGER.expected(calls, 1);
    CallerLayouts layouts = new CallerLayouts(PlainLayout.NCHW, PlainLayout.NHWC);
    try (GraphRunner runner =
        new GraphRunner(
            Cell.INTEGER.withState(),
            Choice.of("reference"),
            1,
            Optional.empty(),
            Limits.DEFAULT,
            layouts)) {
      float[][] results = run(runner, calls, 1);
      for (int call = 0; call < calls.length; call++) {
        for (int channel = 0; channel < 3; channel++) {
          for (int pixel = 0; pixel < 4; pixel++) {
            assertEquals(expected[call][channel * 4 + pixel], results[call][pixel * 3 + channel]);
          }
        }
      }
    }
  }

  @Test
  void state_thatTakesMoreThanTheLimits_isRefused() {
    Limits limits = new Limits(2000, Long.MAX_VALUE);
    Graph graph = Cell.INTEGER.withState();
    try (GraphRunner runner =
        new GraphRunner(
            graph,
            Choice.of("reference"),
            1,
            Optional.empty(),
            limits,
            CallerLayouts.CHANNELS_FIRST)) {
      int batch = 1000;
      float[] images = new float[12 * batch];
      float[] results = new float[12 * batch];
      var error =
          assertThrows(IllegalArgumentException.class, () -> runner.runOne(images, batch, results));
      assertTrue(
          error.getMessage().startsWith("the state of 1000 images need 24000 bytes, at most 2000"),
          error.getMessage());
    }
  }

  @Test
  void resetState_ofAGraphWithoutState_doesNothing() {
    Graph graph = Cell.INTEGER.unrolled();
    try (GraphRunner runner = new GraphRunner(graph, "reference", 1)) {
      runner.resetState();
      assertEquals(List.of(), runner.plan().states());
    }
  }
}
