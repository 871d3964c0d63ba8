package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Bias;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.EveryOp;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Node;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.scheme.IntRange;

/** Cases worked by hand, on every backend. */
class ReferenceBackendTest {
  private static final IntRange U8 = IntRange.unsigned(8);
  private static final IntRange S8 = IntRange.signed(8);

  static List<String> backends() {
    return Backends.registered().present().stream().map(Backend::name).toList();
  }

  private static int[] codes(String backend, Graph graph, float... images) {
    try (GraphRunner runner = new GraphRunner(graph, backend, 1)) {
      return runner.trace(new float[][] {images}, 1).get("y");
    }
  }

  private static Weights weights(float scale, int... codes) {
    byte[] bytes = new byte[codes.length];
    for (int i = 0; i < codes.length; i++) {
      bytes[i] = (byte) codes[i];
    }
    return Weights.symmetric(bytes, new float[] {scale}, S8);
  }

  private static Graph dense(
      Weights weights, int bias, Tensor.Codes input, Clip clip, Tensor.Type output) {
    return TestGraphs.oneOp(
        new LinearOp.Dense(weights, new Bias(bias), clip),
        List.of(Shape.of(weights.fanIn())),
        List.of(input),
        output);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void quantize_halfwayValues_roundsToEvenThenClamps(String backend) {
    Graph graph =
        TestGraphs.oneOp(
            new ConvertOp.Requantize(Clip.NONE),
            List.of(Shape.of(9)),
            List.of(TestGraphs.codes(2, 10, U8)),
            TestGraphs.codes(2, 10, U8));
    float[] reals = {1, 3, 5, -1, -3, 1e9f, -1e9f, Float.NaN, Float.NEGATIVE_INFINITY};
    assertArrayEquals(new int[] {10, 12, 12, 10, 8, 255, 0, 0, 0}, codes(backend, graph, reals));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void dense_halfwaySums_roundToEven(String backend) {
    // input scale 1, weight scale 1, output scale 2: t = sum / 2 + 3
    for (int[] c : new int[][] {{1, 4}, {3, 4}, {5, 6}, {7, 6}, {2, 4}}) {
      Graph graph =
          dense(
              weights(1, 1, 0),
              0,
              TestGraphs.codes(1, 0, U8),
              Clip.NONE,
              TestGraphs.codes(2, 3, U8));
      int expected = (int) Math.rint(c[0] / 2.0 + 3);
      assertArrayEquals(new int[] {expected}, codes(backend, graph, c[0], 99), "sum " + c[0]);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void dense_productAndSum_areRoundedSeparately(String backend) {
    // acc 255 * 127 = 32385; M = fl(0.1); fl(acc * M) = 3238.5 exactly in float32, though
    // 32385 * fl(0.1) = 3238.50004...; with B = -3200: t = 38.5 rounds to the even 38, a fused
    // multiply-add would give 38.50005 and 39.
    Weights one = weights(0.1f, 127);
    Graph graph =
        dense(one, -32000, TestGraphs.codes(1, 0, U8), Clip.NONE, TestGraphs.codes(1, 0, U8));
    assertArrayEquals(new int[] {38}, codes(backend, graph, 255));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void conv_paddingWithAZeroPoint_contributesRealZero(String backend) {
    // All inputs are real 1 (code 15 at zero point 5, scale 0.1); 3x3 ones: corners see 4 pixels.
    Op conv =
        new LinearOp.Conv(
            Window.square(3, 1, 1),
            1,
            weights(1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
            new Bias(0),
            Clip.NONE);
    Graph graph =
        TestGraphs.oneOp(
            conv,
            List.of(Shape.of(1, 3, 3)),
            List.of(TestGraphs.codes(0.1, 5, U8)),
            TestGraphs.codes(1, 100, U8));
    float[] ones = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    assertArrayEquals(
        new int[] {104, 106, 104, 106, 109, 106, 104, 106, 104}, codes(backend, graph, ones));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void dense_withRelu_clampsAtTheZeroPoint(String backend) {
    Weights minus = weights(1, -1);
    Tensor.Codes input = TestGraphs.codes(1, 0, U8);
    assertArrayEquals(
        new int[] {40},
        codes(backend, dense(minus, 0, input, Clip.RELU, TestGraphs.codes(1, 40, U8)), 17));
    assertArrayEquals(
        new int[] {23},
        codes(backend, dense(minus, 0, input, Clip.NONE, TestGraphs.codes(1, 40, U8)), 17));
    Weights plus = weights(1, 1);
    assertArrayEquals(
        new int[] {46},
        codes(backend, dense(plus, 0, input, Clip.RELU6, TestGraphs.codes(1, 40, U8)), 17));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void dense_atTheEndsOfInt32_saturates(String backend) {
    Tensor.Codes input = TestGraphs.codes(1, 0, U8);
    for (int bias : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      int[] expected = {bias > 0 ? 127 : -128};
      Graph graph =
          dense(weights(1, 127, -128), bias, input, Clip.NONE, TestGraphs.codes(1, 0, S8));
      assertArrayEquals(expected, codes(backend, graph, 255, 255));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void averagePool_atABorder_dividesByWhatItCounts(String backend) {
    // 2x2 windows with padding 1: the corner sees one pixel.
    for (boolean countPadding : new boolean[] {false, true}) {
      Op pool = new PoolOp.AveragePool(Window.square(2, 2, 1), countPadding);
      Graph graph =
          TestGraphs.oneOp(
              pool,
              List.of(Shape.of(1, 2, 2)),
              List.of(TestGraphs.codes(1, 2, U8)),
              TestGraphs.codes(1, 2, U8));
      int[] expected = countPadding ? new int[] {4, 7, 12, 22} : new int[] {10, 22, 42, 82};
      assertArrayEquals(expected, codes(backend, graph, 8, 20, 40, 80));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void add_ofDifferentScales_roundsTheSumOnce(String backend) {
    // a = 3 * 0.5, b = -3 * 0.25 in an output of scale 0.5: 3 + -1.5 = 1.5 rounds to 2, + 7
    Shape one = Shape.of(1);
    Graph graph =
        TestGraphs.oneOp(
            new JoinOp.Add(Clip.NONE),
            List.of(one, one),
            List.of(TestGraphs.codes(0.5, 0, U8), TestGraphs.codes(0.25, 0, S8)),
            TestGraphs.codes(0.5, 7, U8));
    try (GraphRunner runner = new GraphRunner(graph, backend, 1)) {
      assertArrayEquals(new int[] {9}, runner.trace(new float[][] {{1.5f}, {-0.75f}}, 1).get("y"));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void leakyRelu_ofNegativeNumbers_multipliesThemBySlope(String backend) {
    // reals -4, -2, 0, 3; the negative ones by 0.25: -1, -0.5, 0, 3 in steps of 0.5 around 10
    Graph graph =
        TestGraphs.oneOp(
            new FunctionOp.LeakyRelu(0.25f),
            List.of(Shape.of(4)),
            List.of(TestGraphs.codes(1, 0, S8)),
            TestGraphs.codes(0.5, 10, U8));
    assertArrayEquals(new int[] {8, 9, 10, 16}, codes(backend, graph, -4, -2, 0, 3));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void pad_ofImage_surroundsItWithTheZeroPoint(String backend) {
    Tensor.Codes type = TestGraphs.codes(1, 7, U8);
    Graph graph =
        TestGraphs.oneOp(
            new MoveOp.Pad(1, 0, 0, 2), List.of(Shape.of(1, 1, 2)), List.of(type), type);
    assertArrayEquals(new int[] {7, 7, 7, 7, 8, 9, 7, 7}, codes(backend, graph, 1, 2));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void upsample_ofImage_repeatsEachPixel(String backend) {
    Tensor.Codes type = TestGraphs.codes(1, 0, U8);
    Graph graph =
        TestGraphs.oneOp(
            new MoveOp.Upsample(2, 3), List.of(Shape.of(1, 1, 2)), List.of(type), type);
    assertArrayEquals(new int[] {5, 5, 5, 6, 6, 6, 5, 5, 5, 6, 6, 6}, codes(backend, graph, 5, 6));
  }

  @Test
  void conformance_casesAndNetworks_coverEveryOperation() {
    Map<Arithmetic, Set<Class<?>>> covered = new EnumMap<>(Arithmetic.class);
    ConformanceCases.all().forEach(c -> cover(c.graph(), covered));
    cover(TestGraphs.randomNetwork(1), covered);
    assertEquals(EveryOp.in(Arithmetic.CODES), covered.get(Arithmetic.CODES));
    assertEquals(EveryOp.in(Arithmetic.DYNAMIC_CODES), covered.get(Arithmetic.DYNAMIC_CODES));
    Set<Class<?>> reals =
        Set.of(
            ConvertOp.Quantize.class,
            ConvertOp.QuantizeDynamic.class,
            ChannelOp.Softmax.class,
            JoinOp.Add.class,
            LinearOp.Dense.class,
            RecurrentOp.Lstm.class,
            RecurrentOp.SimpleRnn.class,
            Embedding.class,
            MoveOp.Steps.class);
    assertEquals(reals, covered.get(Arithmetic.REALS));
  }

  private static void cover(Graph graph, Map<Arithmetic, Set<Class<?>>> covered) {
    for (Node node : graph.nodes()) {
      Arithmetic arithmetic = graph.inputsOf(node).get(0).arithmetic();
      covered.computeIfAbsent(arithmetic, a -> new HashSet<>()).add(node.op().getClass());
    }
  }
}
