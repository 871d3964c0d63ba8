package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.qat4j.runtime.TestGraphs.U8;
import static org.qat4j.runtime.TestGraphs.codes;
import static org.qat4j.runtime.TestGraphs.oneOp;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Sequences, and codes whose scale is computed for each image. */
class SequenceRunTest {
  private static final Tensor.Type REAL = new Tensor.Real();
  private static final Tensor.Type DYNAMIC = new Tensor.DynamicCodes();

  static Stream<String> backends() {
    return Backends.registered().present().stream().map(Backend::name);
  }

  private static float[] run(Graph graph, String backend, float[] images, int batch) {
    try (GraphRunner runner = new GraphRunner(graph, backend, 1)) {
      return runner.run(new Object[] {images}, batch)[0];
    }
  }

  /** A sequence of two images is as a batch of their steps. */
  private static void assertEachStepAlone(Op op, String backend, Tensor.Type output) {
    int steps = 3;
    Tensor.Codes input = codes(0.02, 33, U8);
    Graph sequence = oneOp(op, List.of(Shape.of(steps, 5)), List.of(input), output);
    Graph step = oneOp(op, List.of(Shape.of(5)), List.of(input), output);
    float[] images = TestGraphs.reals(new Random(3), sequence, 0, 2);
    assertArrayEquals(run(step, "reference", images, 2 * steps), run(sequence, backend, images, 2));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void dense_ofASequence_isTheSameLayerAtEachStep(String backend) {
    Random random = new Random(1);
    Weights weights = TestGraphs.weights(random, 7, 5, TestGraphs.S8, true);
    Op dense = new LinearOp.Dense(weights, TestGraphs.bias(random, 7, 500), Clip.RELU);
    assertEachStepAlone(dense, backend, codes(0.03, 5, U8));
    assertEachStepAlone(dense, backend, REAL);
  }

  private static Graph real(Shape shape, Op op) {
    return Graph.builder("real")
        .input(Tensor.real("x", shape))
        .node("op", op, List.of("x"), "y", REAL)
        .build("y");
  }

  private static float[] gaussian(long seed, int count) {
    Random random = new Random(seed);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  /** A softmax has another definition of features. */
  private static Shape oneStep(Op op) {
    return op instanceof ChannelOp.Softmax ? Shape.of(1, 5) : Shape.of(5);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void layersOfRealNumbers_ofASequence_areTheSameAtEachStep(String backend) {
    float[] images = gaussian(2, 2 * 3 * 5);
    Op dense =
        new LinearOp.Dense(new Reals(gaussian(4, 4 * 5)), new Reals(gaussian(5, 4)), Clip.NONE);
    for (Op op : List.of(dense, new ChannelOp.Softmax(), new MoveOp.Identity())) {
      assertArrayEquals(
          run(real(oneStep(op), op), "reference", images, 6),
          run(real(Shape.of(3, 5), op), backend, images, 2),
          op::onnxName);
    }
    assertArrayEquals(images, run(real(Shape.of(3, 5), new MoveOp.Flatten()), backend, images, 2));
  }

  /** Arrays of codes are {@code [batch, time, features]} too, of one byte and of two. */
  @ParameterizedTest
  @ValueSource(ints = {8, 16})
  void codes_ofASequence_goInAndOutInTheOrderOfTimeAndFeatures(int bits) {
    QuantParams params = new QuantParams(1, 0, IntRange.unsigned(bits));
    Tensor x = Tensor.codes("x", Shape.of(2, 3), params);
    Graph graph =
        Graph.builder("codes")
            .input(x)
            .node("copy", new MoveOp.Identity(), List.of("x"), "y", x.type())
            .node("flat", new MoveOp.Flatten(), List.of("x"), "f", x.type())
            .build("y", "f");
    Object codes = bits == 8 ? new byte[] {1, 2, 3, 4, 5, 6} : new short[] {1, 2, 3, 4, 5, 6};
    Object same = bits == 8 ? new byte[6] : new short[6];
    Object flat = bits == 8 ? new byte[6] : new short[6];
    for (String backend : backends().toList()) {
      try (GraphRunner runner = new GraphRunner(graph, backend, 1)) {
        runner.run(new Object[] {codes}, 1, new Object[] {same, flat});
        assertArrayEquals(
            new int[] {1, 2, 3, 4, 5, 6}, runner.trace(new Object[] {codes}, 1).get("y"));
      }
      assertEquals(text(codes), text(same), backend);
      assertEquals(text(codes), text(flat), backend);
    }
  }

  private static String text(Object codes) {
    return codes instanceof byte[] bytes
        ? Arrays.toString(bytes)
        : Arrays.toString((short[]) codes);
  }

  private static Graph dynamic(Shape shape, Weights weights, Reals bias) {
    return Graph.builder("dynamic")
        .input(Tensor.real("x", shape))
        .node("q", new ConvertOp.QuantizeDynamic(), List.of("x"), "c", DYNAMIC)
        .node("dense", new LinearOp.Dense(weights, bias, Clip.NONE), List.of("c"), "y", REAL)
        .build("y");
  }

  private static Graph example() {
    Weights weights =
        Weights.symmetric(new byte[] {1, 2, 3, 4}, new float[] {0.5f}, IntRange.signed(8));
    return dynamic(Shape.of(4), weights, new Reals(0.25f));
  }

  private static int[] codesOf(float... image) {
    try (GraphRunner runner = new GraphRunner(example(), "reference", 1)) {
      return runner.trace(new Object[] {image}, 1).get("c");
    }
  }

  /** The example of docs/numerics.md. */
  @ParameterizedTest
  @MethodSource("backends")
  void dynamicCodes_ofTheExample_giveItsNumbers(String backend) {
    QuantParams params = Tensor.DynamicCodes.params(-1, 2);
    assertEquals(3f / 255, params.scale());
    assertEquals(85, params.zeroPoint());
    assertArrayEquals(new int[] {85, 170, 255, 0}, codesOf(0, 1, 2, -1));
    assertArrayEquals(new float[] {2.25f}, run(example(), backend, new float[] {0, 1, 2, -1}, 1));
  }

  @Test
  void dynamicCodes_ofZeros_areZeroPointsOfScale1() {
    assertEquals(new QuantParams(1, 0, U8), Tensor.DynamicCodes.params(0, 0));
    assertEquals(new QuantParams(1, 0, U8), Tensor.DynamicCodes.params(0, Float.MIN_VALUE));
    assertArrayEquals(new int[4], codesOf(0, -0f, 0, 0));
  }

  @Test
  void dynamicCodes_ofNumbersThatAreNone_staySaturatedAndTheRestFinite() {
    assertArrayEquals(new int[] {0, 0, 255, 128}, codesOf(Float.NaN, 0, 255, 128));
    QuantParams all = Tensor.DynamicCodes.params(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
    assertEquals(0x1p127f / 255, all.scale());
    float infinite = Float.POSITIVE_INFINITY;
    assertArrayEquals(new int[] {0, 255, 127, 127}, codesOf(-infinite, infinite, 0, 1));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void dynamicCodes_ofABatch_doNotDependOnWhatElseIsInIt(String backend) {
    Random random = new Random(9);
    Weights weights = TestGraphs.weights(random, 6, 5, TestGraphs.S8, false);
    Graph graph = dynamic(Shape.of(3, 5), weights, new Reals(gaussian(6, 6)));
    float[] images = gaussian(7, 4 * 15);
    for (int i = 0; i < images.length; i++) {
      images[i] *= 1 + 10 * (i / 15);
    }
    float[] together = run(graph, backend, images, 4);
    for (int n = 0; n < 4; n++) {
      float[] image = Arrays.copyOfRange(images, n * 15, (n + 1) * 15);
      assertArrayEquals(
          Arrays.copyOfRange(together, n * 18, (n + 1) * 18), run(graph, "reference", image, 1));
    }
  }

  /** A reorder takes scales and zero points along. */
  @Test
  void reorder_ofDynamicCodes_keepsTheirParameters() {
    Tensor tensor = new Tensor("t", Shape.of(2, 1, 3), DYNAMIC);
    StoredTensor from = StoredTensor.plain(tensor);
    StoredTensor to = new StoredTensor(tensor, new Storage(MemorySpace.HOST, Layout.NCHW));
    try (Memory a = MemorySpace.HOST.allocate(from.bytes(2));
        Memory b = MemorySpace.HOST.allocate(to.bytes(2))) {
      Buffer source = new Buffer(from, 2, a, 0);
      Buffer result = new Buffer(to, 2, b, 0);
      for (int i = 0; i < source.elements(); i++) {
        source.setCode(i, 250 - i);
      }
      source.setParams(0, 0.5f, 7);
      source.setParams(1, 0.25f, 255);
      new Transfer(from, to)
          .bind(new Binding(2, 1, List.of(source), List.of(result), Optional.empty()))
          .run();
      assertEquals(0.5f, result.scale(0));
      assertEquals(7, result.zeroPoint(0));
      assertEquals(0.25f, result.scale(1));
      assertEquals(255, result.zeroPoint(1));
      assertEquals(source.code(source.index(1, 1, 0, 2)), result.code(result.index(1, 1, 0, 2)));
    }
  }
}
