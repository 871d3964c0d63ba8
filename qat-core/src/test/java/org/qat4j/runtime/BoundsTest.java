package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
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
import org.qat4j.graph.Window;
import org.qat4j.scheme.IntRange;

/** What would overflow, or take too much memory or time, is refused before it does. */
class BoundsTest {
  private static final IntRange U8 = IntRange.unsigned(8);
  private static final Tensor.Codes UNIT = TestGraphs.codes(1, 0, U8);

  static List<String> backends() {
    return Backends.registered().present().stream().map(Backend::name).toList();
  }

  private static Graph pool(Op op, Shape shape) {
    return TestGraphs.oneOp(op, List.of(shape), List.of(UNIT), UNIT);
  }

  /** 9 million pixels of 255 sum up to more than 2^31. */
  @ParameterizedTest
  @MethodSource("backends")
  void globalAveragePool_sumBeyondInt32_isExact(String backend) {
    Graph graph = pool(new PoolOp.GlobalAveragePool(), Shape.of(1, 3000, 3000));
    float[] image = new float[9_000_000];
    Arrays.fill(image, 255);
    float[] result = new float[1];
    try (GraphRunner runner = new GraphRunner(graph, backend, 1)) {
      runner.runOne(image, 1, result);
    }
    assertArrayEquals(new float[] {255}, result);
  }

  /** What reads many tensors finds their buffers in a time that grows with their number alone. */
  @ParameterizedTest
  @ValueSource(strings = {"loops", "reference"})
  void concat_ofManyTensors_isBoundInTime(String backend) {
    int count = 40_000;
    Graph.Builder graph = Graph.builder("wide").input(Tensor.real("x", Shape.of(1)));
    graph.node("q", new ConvertOp.Quantize(), List.of("x"), "c", UNIT);
    List<String> copies = IntStream.range(0, count).mapToObj(i -> "copy" + (100_000 + i)).toList();
    copies.forEach(copy -> graph.node(copy, new MoveOp.Identity(), List.of("c"), copy, UNIT));
    graph.node("concat", new JoinOp.Concat(), copies, "all", UNIT);
    graph.node("d", new ConvertOp.Dequantize(), List.of("all"), "y", new Tensor.Real());
    Graph wide = graph.build("y");
    float[] result = new float[count];
    assertTimeoutPreemptively(
        Duration.ofSeconds(15),
        () -> {
          try (GraphRunner runner = new GraphRunner(wide, backend, 1)) {
            runner.runOne(new float[] {7}, 1, result);
          }
        });
    assertEquals(7, result[count - 1]);
  }

  private static void refused(String message, Op op, int inputs, double from, double to) {
    Shape shape = Shape.of(1, 2, 2);
    Tensor.Codes type = TestGraphs.codes(from, 0, U8);
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                TestGraphs.oneOp(
                    op,
                    inputs == 1 ? List.of(shape) : List.of(shape, shape),
                    inputs == 1 ? List.of(type) : List.of(type, type),
                    TestGraphs.codes(to, 0, U8)));
    assertEquals(message, refusal.getMessage());
  }

  private static String apart(String onnxName) {
    return "node 'op' ("
        + onnxName
        + "): the input's scale 1.0E30 divided by the output's 1.0E-30 overflows float32: calibrate"
        + " again, so that both describe the same real numbers";
  }

  @Test
  void scales_whoseQuotientOverflowsFloat32_areRefusedByEachOperation() {
    refused(apart("Add"), new JoinOp.Add(Clip.NONE), 2, 1e30, 1e-30);
    refused(apart("Concat"), new JoinOp.Concat(), 2, 1e30, 1e-30);
    refused(apart("QuantizeLinear"), new ConvertOp.Requantize(Clip.NONE), 1, 1e30, 1e-30);
    refused(apart("LeakyRelu"), new FunctionOp.LeakyRelu(0.1f), 1, 1e30, 1e-30);
    refused(apart("GlobalAveragePool"), new PoolOp.GlobalAveragePool(), 1, 1e30, 1e-30);
    Op pool = new PoolOp.AveragePool(Window.square(2, 1, 0), false);
    refused(apart("AveragePool"), pool, 1, 1e30, 1e-30);
  }

  /** The quotient is finite, but a code times it is not: two such terms could be inf - inf. */
  @Test
  void add_whoseTermsOverflowFloat32_isRefused() {
    refused(
        "node 'op' (Add): the input's scale 1.0E20 divided by the output's 1.0E-18 overflows"
            + " float32: calibrate again, so that both describe the same real numbers",
        new JoinOp.Add(Clip.NONE),
        2,
        1e20,
        1e-18);
  }

  @Test
  void leakyRelu_whoseSlopeOverflowsFloat32_isRefused() {
    refused(
        "node 'op' (LeakyRelu): the input's scale 100000.0 divided by the output's 1.0 overflows"
            + " float32: calibrate again, so that both describe the same real numbers",
        new FunctionOp.LeakyRelu(1e38f),
        1,
        1e5,
        1);
  }

  @Test
  void clip_thatLeavesOneCode_isRefusedWhenTheGraphIsBuilt() {
    for (Op op :
        List.of(new JoinOp.Add(new Clip(5, 6)), new ConvertOp.Requantize(new Clip(5, 6)))) {
      refused(
          "node 'op' ("
              + op.onnxName()
              + "): clip clip[5.0, 6.0] leaves one code of an output with QuantParams[scale=100.0,"
              + " zeroPoint=0, range=[0, 255]]",
          op,
          op instanceof JoinOp.Add ? 2 : 1,
          100,
          100);
    }
  }

  @Test
  void shapes_whoseProductsOverflowInt32_areRefused() {
    Graph.Builder graph =
        Graph.builder("g")
            .input(Tensor.real("x", Shape.of(1, 60_000, 2)))
            .node("q", new ConvertOp.Quantize(), List.of("x"), "c", UNIT);
    assertRefused(
        "node 'u' (Resize): sizes must be >= 1 with at most 134217728 elements an image, got [1,"
            + " 3600000000, 120000]",
        () -> graph.node("u", new MoveOp.Upsample(60_000, 60_000), List.of("c"), "y", UNIT));
    int most = Integer.MAX_VALUE;
    assertRefused(
        "node 'p' (Pad): sizes must be >= 1 with at most 134217728 elements an image, got [1,"
            + " 4295027294, 4294967296]",
        () -> graph.node("p", new MoveOp.Pad(most, most, most, most), List.of("c"), "y", UNIT));
    assertRefused(
        "kernel, stride and dilation must be >= 1, padding >= 0, each at most 536870912, and the"
            + " kernel's area at most 134217728, got kernel 65536x65536, stride 1x1, padding 0,0,0,0,"
            + " dilation 1x1",
        () -> Window.square(65_536, 1, 0));
  }

  private static void assertRefused(String message, Runnable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
  }

  private static GraphRunner limited(Graph graph, Limits limits) {
    return new GraphRunner(
        graph, Choice.of(Backends.AUTO), 2, Optional.empty(), limits, CallerLayouts.CHANNELS_FIRST);
  }

  @Test
  void work_beyondTheLimit_isRefusedAtOpen() {
    Op pool = new PoolOp.MaxPool(Window.square(8, 1, 0));
    Graph graph = pool(pool, Shape.of(1, 107, 107));
    assertRefused(
        "graph 'one-op' takes 682898 operations for one image, most of them in node 'op' (MaxPool);"
            + " at most 600000 are allowed: use smaller images, or raise SessionOptions.withLimits",
        () -> limited(graph, new Limits(1 << 30, 600_000)).close());
    limited(graph, new Limits(1 << 30, 700_000)).close();
  }

  @Test
  void memory_beyondTheLimit_isRefusedAtOpenWithNothingLeft() {
    long before = NativeScope.live();
    Graph graph = pool(new PoolOp.GlobalAveragePool(), Shape.of(1, 1000, 1000));
    assertRefused(
        "the activations of one image in each of 2 threads need 10000000 bytes, at most 9999999 are"
            + " allowed: use smaller images or batches, or raise SessionOptions.withLimits (by"
            + " default half of the JVM's -Xmx)",
        () -> limited(graph, new Limits(9_999_999, 1L << 40)).close());
    assertEquals(before, NativeScope.live());
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 1_000_000})
  void results_beyondTheLimit_areRefusedBeforeTheyAreAllocated(int batch) {
    Graph graph = pool(new MoveOp.Upsample(100, 100), Shape.of(1, 1, 1));
    try (GraphRunner runner = limited(graph, new Limits(1_000_000, 1 << 30))) {
      float[][] images = {new float[batch]};
      assertRefused(
          "the results of "
              + batch
              + " images need "
              + 40_000L * batch
              + " bytes, at most 1000000 are allowed: use smaller images or batches, or raise"
              + " SessionOptions.withLimits (by default half of the JVM's -Xmx)",
          () -> runner.run(images, batch));
    }
  }

  /** Every window lies in the padding: which it does was once asked tap by tap. */
  @Test
  void conv_ofManyWindowsOverALargeKernel_isBoundInTime() {
    int size = 1 << 19;
    Window window = new Window(size, 1, 1, 1, size - 1, 0, size - 1, 0, 1, 1);
    byte[] codes = new byte[size];
    Op op =
        new LinearOp.Conv(
            window,
            1,
            org.qat4j.graph.Weights.symmetric(codes, new float[] {1}, IntRange.signedNarrow(2)),
            new org.qat4j.graph.Bias(0),
            Clip.NONE);
    Graph graph = pool(op, Shape.of(1, 2, 1));
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          try (GraphRunner runner = new GraphRunner(graph, Backends.AUTO, 1)) {
            runner.plan();
          }
        });
  }
}
