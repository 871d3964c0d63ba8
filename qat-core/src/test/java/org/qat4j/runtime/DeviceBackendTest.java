package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.runtime.reference.ReferenceBackend;
import org.qat4j.runtime.toy.ToyBackend;
import org.qat4j.runtime.toy.ToyLayout;
import org.qat4j.runtime.toy.ToySpace;

/** A backend with its own memory and a blocked layout beside those of the host. */
class DeviceBackendTest {
  private static final Tensor.Codes TYPE = TestGraphs.codes(0.02, 3, TestGraphs.U8);

  private final ToySpace space = new ToySpace();
  private int runs;

  private void ran() {
    runs++;
  }

  private ToyBackend toy(int block, double speed) {
    return new ToyBackend(space, new ToyLayout(block), speed, () -> {});
  }

  private static Choice among(String backend, Backend... first) {
    return among(Choice.By.RULE, backend, first);
  }

  private static Choice among(Choice.By by, String backend, Backend... first) {
    List<Backend> all = new ArrayList<>(List.of(first));
    all.addAll(Backends.registered().all());
    return new Choice(new Backends(all), backend, by);
  }

  private static GraphRunner runner(Graph graph, Choice choice) {
    return new GraphRunner(
        graph, choice, 1, Optional.empty(), Limits.DEFAULT, CallerLayouts.CHANNELS_FIRST);
  }

  private static List<String> kernels(Graph graph, Choice choice) {
    try (GraphRunner runner = runner(graph, choice)) {
      return runner.plan().entries().stream()
          .map(entry -> entry.nodes() + " " + entry.kernel())
          .toList();
    }
  }

  @AfterEach
  void everythingIsFreed() {
    assertEquals(0, space.blocks());
    assertEquals(0, space.bytes());
  }

  static Stream<ConformanceCases.Case> cases() {
    return ConformanceCases.all().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void toy_onCase_equalsReference(ConformanceCases.Case one) {
    Random random = new Random(one.name().hashCode());
    Conformance.assertSame(one.graph(), among("toy", toy(4, 1000)), random, 2);
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 60);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void toy_onRandomNetwork_equalsReference(long seed) {
    Graph graph = TestGraphs.randomNetwork(seed);
    int block = 1 + (int) (seed % 17);
    Conformance.assertSame(graph, among("toy", toy(block, 1000)), new Random(-seed), 2);
    Conformance.assertSame(graph, among(Backends.AUTO, toy(block, 50)), new Random(seed), 3);
  }

  private static LinearOp.Conv conv(long seed, int in, int out) {
    Random random = new Random(seed);
    Weights weights = TestGraphs.weights(random, out, in * 9, TestGraphs.S8, true);
    return new LinearOp.Conv(
        Window.square(3, 1, 1), 1, weights, TestGraphs.bias(random, out, 1000), Clip.NONE);
  }

  /** Two residual blocks with pooling on the host between them; both read its codes. */
  private static Graph residual() {
    Graph.Builder graph = Graph.builder("residual").input(Tensor.real("x0", Shape.of(5, 8, 8)));
    graph.node("quantize", new ConvertOp.Quantize(), List.of("x0"), "q0", TYPE);
    graph.node("conv1", conv(1, 5, 6), List.of("q0"), "c1", TYPE);
    graph.node("conv2", conv(2, 6, 5), List.of("c1"), "c2", TYPE);
    graph.node("add1", new JoinOp.Add(Clip.NONE), List.of("c2", "q0"), "a1", TYPE);
    Op pool = new PoolOp.AveragePool(Window.square(3, 1, 1), false);
    graph.node("pool", pool, List.of("q0"), "p", TYPE);
    graph.node("conv3", conv(3, 5, 5), List.of("q0"), "c3", TYPE);
    graph.node("add2", new JoinOp.Add(Clip.NONE), List.of("c3", "p"), "a2", TYPE);
    graph.node("add3", new JoinOp.Add(Clip.NONE), List.of("a2", "a1"), "a3", TYPE);
    graph.node("dequantize", new ConvertOp.Dequantize(), List.of("a3"), "y", new Tensor.Real());
    return graph.build("y");
  }

  /** q0 is read by both regions and a1 by the second: both are brought over, and back, once. */
  @Test
  void plan_ofAResidualNetwork_showsRegionsReordersAndCopiesOnce() {
    assertEquals(
        List.of(
            "quantize reference:scalar",
            "q0 host:reorder(nhwc to nchw4c)",
            "q0 toy:copy(in)",
            "conv1 + conv2 + add1 toy:scalar",
            "pool reference:scalar",
            "p host:reorder(nhwc to nchw4c)",
            "p toy:copy(in)",
            "conv3 + add2 + add3 toy:scalar",
            "a3 toy:copy(out)",
            "a3 host:reorder(nchw4c to nhwc)",
            "dequantize reference:scalar"),
        kernels(
            residual(),
            new Choice(
                new Backends(List.of(toy(4, 1000), new ReferenceBackend())),
                "toy",
                Choice.By.RULE)));
  }

  @Test
  void plan_ofADevice_showsItsStoragesAndCountsThePaddedChannels() {
    Graph graph = residual();
    try (GraphRunner runner = runner(graph, among("toy", toy(16, 1000)))) {
      List<Plan.Entry> entries = runner.plan().entries();
      assertEquals("U8 5x8x8 nchw16c", entries.get(1).output());
      assertEquals("U8 5x8x8 nchw16c in toy", entries.get(2).output());
      assertEquals(16 * 64, entries.get(2).bytes());
    }
  }

  /**
   * Input and output of the convolution on the device; on the host the real input, its codes and
   * their padded copy.
   */
  @Test
  void activationBytes_ofADevice_countBothMemoriesAndPadding() {
    Graph graph = TestGraphs.oneOp(conv(1, 1, 1), List.of(Shape.of(1, 8, 8)), List.of(TYPE), TYPE);
    Choice choice = among("toy", toy(16, 1000));
    long padded = 16 * 64;
    try (GraphRunner runner = runner(graph, choice)) {
      Plan plan = runner.plan();
      assertEquals(2 * padded, space.bytes());
      long host = 256 + 64 + padded;
      assertEquals((2 * padded + host) * plan.images(), plan.activationBytes());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void run_ofAnyBatchOnAnyThreads_equalsTheReference(int threads) {
    Graph graph = residual();
    Choice choice = among("toy", toy(4, 1000));
    try (GraphRunner expected = new GraphRunner(graph, "reference", 1);
        GraphRunner one =
            new GraphRunner(
                graph,
                choice,
                threads,
                Optional.empty(),
                Limits.DEFAULT,
                CallerLayouts.CHANNELS_FIRST);
        GraphRunner other =
            new GraphRunner(
                graph,
                choice,
                threads,
                Optional.empty(),
                Limits.DEFAULT,
                CallerLayouts.CHANNELS_FIRST)) {
      for (int batch : new int[] {1, 7, 70, 1}) {
        float[][] images = {TestGraphs.reals(new Random(batch), graph, 0, batch)};
        float[][] results = expected.run(images, batch);
        assertArrayEquals(results, one.run(images, batch));
        assertArrayEquals(results, other.run(images, batch));
      }
    }
  }

  @Test
  void saturation_watchedOnADevice_equalsTheReference() {
    Graph graph = residual();
    Optional<SaturationRule> rule = Optional.of(SaturationRule.DEFAULT);
    float[][] images = {TestGraphs.reals(new Random(5), graph, 0, 9)};
    try (GraphRunner expected =
            new GraphRunner(
                graph,
                Choice.of("reference"),
                1,
                rule,
                Limits.DEFAULT,
                CallerLayouts.CHANNELS_FIRST);
        GraphRunner actual =
            new GraphRunner(
                graph,
                among("toy", toy(4, 1000)),
                1,
                rule,
                Limits.DEFAULT,
                CallerLayouts.CHANNELS_FIRST)) {
      assertArrayEquals(expected.run(images, 9), actual.run(images, 9));
      assertEquals(expected.saturation(), actual.saturation());
    }
  }

  @Test
  void buffer_inTheMemoryOfADevice_isOutOfReachOfHostCode() {
    Tensor tensor = new Tensor("t", Shape.of(3, 2, 2), TYPE);
    StoredTensor stored = new StoredTensor(tensor, new Storage(space, new ToyLayout(4)));
    try (Memory memory = space.allocate(stored.bytes(1))) {
      Buffer buffer = new Buffer(stored, 1, memory, 0);
      assertEquals(
          "t U8 1x3x2x2 nchw4c in toy: host code cannot reach this memory",
          assertThrows(IllegalStateException.class, () -> buffer.code(0)).getMessage());
      assertThrows(IllegalStateException.class, buffer::pointer);
    }
  }

  @Test
  void auto_ofASpeedThatItsCopiesEatUp_staysOnTheHost() {
    Graph graph = residual();
    assertTrue(kernels(graph, among(Backends.AUTO, toy(4, 1e9))).toString().contains("toy:"));
    Graph sum =
        TestGraphs.oneOp(
            new JoinOp.Add(Clip.NONE),
            List.of(Shape.of(5, 8, 8), Shape.of(5, 8, 8)),
            List.of(TYPE, TYPE),
            TYPE);
    assertTrue(!kernels(sum, among(Backends.AUTO, toy(4, 1e9))).toString().contains("toy:"));
  }

  @Test
  void measurement_ofABackendThatIsSlowerThanItStates_takesAnother() {
    Graph graph =
        TestGraphs.oneOp(conv(1, 64, 64), List.of(Shape.of(64, 4, 4)), List.of(TYPE), TYPE);
    ToyBackend slow =
        new ToyBackend(space, new ToyLayout(4), 1e6, () -> LockSupport.parkNanos(20_000_000));
    assertTrue(kernels(graph, among(Backends.AUTO, slow)).contains("op toy:scalar"));
    Choice measured = among(Choice.By.MEASUREMENT, Backends.AUTO, slow);
    assertTrue(!kernels(graph, measured).toString().contains("toy:"));
  }

  private static Graph pooled() {
    Op pool = new PoolOp.MaxPool(Window.square(2, 2, 0));
    return TestGraphs.oneOp(pool, List.of(Shape.of(3, 256, 256)), List.of(TYPE), TYPE);
  }

  @Test
  void measurement_ofWhatTheLimitsDoNotAllow_takesNoMemory() {
    ToyBackend counted = new ToyBackend(space, new ToyLayout(4), 50, this::ran);
    Choice measured = among(Choice.By.MEASUREMENT, Backends.AUTO, counted);
    Limits little = new Limits(100_000, 1L << 40);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new GraphRunner(
                    pooled(), measured, 1, Optional.empty(), little, CallerLayouts.CHANNELS_FIRST)
                .close());
    assertEquals(0, runs);
    runner(pooled(), measured).close();
    assertTrue(runs > 0);
  }

  @Test
  void trace_ofAMeasuredSession_doesNotMeasureAgain() {
    ToyBackend counted = new ToyBackend(space, new ToyLayout(4), 1e6, this::ran);
    Graph graph =
        TestGraphs.oneOp(conv(1, 64, 64), List.of(Shape.of(64, 4, 4)), List.of(TYPE), TYPE);
    try (GraphRunner runner = runner(graph, among(Choice.By.MEASUREMENT, Backends.AUTO, counted))) {
      int before = runs;
      runner.trace(new float[][] {TestGraphs.reals(new Random(1), graph, 0, 1)}, 1);
      assertEquals(1, runs - before);
    }
  }

  /** Offers what it is told to. */
  private record Fixed(ToyBackend toy, List<List<String>> regions) implements Backend {
    @Override
    public String name() {
      return "fixed";
    }

    @Override
    public String description() {
      return toy.description();
    }

    @Override
    public Optional<String> absence() {
      return Optional.empty();
    }

    @Override
    public boolean completesOthers() {
      return false;
    }

    @Override
    public List<Offer> offers(Graph graph) {
      return regions.stream().map(names -> toy.offer(region(graph, names))).toList();
    }

    private static Region region(Graph graph, List<String> names) {
      return new Region(
          graph, graph.nodes().stream().filter(node -> names.contains(node.name())).toList());
    }
  }

  /** Each of the two regions makes what the other one reads. */
  @Test
  void offers_thatWouldWaitForEachOther_areNotBothTaken() {
    Graph.Builder graph = Graph.builder("crossed").input(Tensor.real("x0", Shape.of(3, 4, 4)));
    graph.node("quantize", new ConvertOp.Quantize(), List.of("x0"), "q0", TYPE);
    graph.node("a1", conv(1, 3, 3), List.of("q0"), "c1", TYPE);
    graph.node("b1", conv(2, 3, 3), List.of("c1"), "d1", TYPE);
    graph.node("b2", conv(3, 3, 3), List.of("q0"), "d2", TYPE);
    graph.node("a2", conv(4, 3, 3), List.of("d2"), "c2", TYPE);
    graph.node("add", new JoinOp.Add(Clip.NONE), List.of("d1", "c2"), "s", TYPE);
    graph.node("dequantize", new ConvertOp.Dequantize(), List.of("s"), "y", new Tensor.Real());
    Graph crossed = graph.build("y");
    Backend both = new Fixed(toy(4, 1000), List.of(List.of("a1", "a2"), List.of("b1", "b2")));
    Choice choice = among("fixed", both);
    List<String> kernels = kernels(crossed, choice);
    assertTrue(kernels.contains("a1 + a2 fixed:scalar"), kernels::toString);
    assertTrue(!kernels.contains("b1 + b2 fixed:scalar"), kernels::toString);
    Conformance.assertSame(crossed, choice, new Random(1), 2);
  }

  /** From one device to another by way of the host, where the layout changes. */
  @Test
  void plan_ofTwoDevices_copiesThroughTheHost() {
    ToyBackend other = new ToyBackend(new ToySpace(), new ToyLayout(3), 1000, () -> {});
    Backends devices =
        new Backends(
            List.of(
                new Fixed(toy(4, 1000), List.of(List.of("conv1"))),
                new Fixed(other, List.of(List.of("conv2"))),
                new ReferenceBackend()));
    Choice choice = new Choice(devices, Backends.AUTO, Choice.By.RULE);
    assertEquals(
        List.of(
            "conv1 fixed:scalar",
            "c1 toy:copy(out)",
            "c1 host:reorder(nchw4c to nchw3c)",
            "c1 toy:copy(in)",
            "conv2 fixed:scalar"),
        kernels(residual(), choice).subList(3, 8));
    Conformance.assertSame(residual(), choice, new Random(2), 3);
    assertEquals(0, other.space().blocks());
  }

  @Test
  void offer_thatLeavesOutANodeBetween_isRefused() {
    Backend wrong = new Fixed(toy(4, 1000), List.of(List.of("conv1", "add1", "conv3")));
    assertEquals(
        "backend 'fixed' offers 'conv1 + add1 + conv3', but a node between them is left out: a region"
            + " must be convex",
        assertThrows(
                IllegalArgumentException.class,
                () -> runner(residual(), among("fixed", wrong)).close())
            .getMessage());
  }
}
