package org.qat4j.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Backends;
import org.qat4j.runtime.Saturation;
import org.qat4j.runtime.SaturationRule;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Models that take or give codes: arrays of codes go in and out without real numbers between. */
class CodeInputTest {
  private static final IntRange U8 = IntRange.unsigned(8);
  private static final int PIXELS = 6 * 5;
  private static final int BATCH = 70;

  static Stream<QuantParams> inputs() {
    return Stream.of(
        new QuantParams(0.01f, 0, U8),
        new QuantParams(0.01f, 130, U8),
        new QuantParams(0.01f, -7, IntRange.signed(8)));
  }

  /** conv 3x3 and dense on 3x6x5: of codes, or of real numbers that are quantized to them. */
  private static QuantizedModel network(QuantParams input, boolean real) {
    Random random = new Random(5);
    Graph.Builder builder = Graph.builder("net");
    if (real) {
      builder.input(Tensor.real("in", Shape.of(3, 6, 5)));
      builder.node(
          "quantize", new ConvertOp.Quantize(), List.of("in"), "q", new Tensor.Codes(input));
    } else {
      builder.input(Tensor.codes("q", Shape.of(3, 6, 5), input));
    }
    Op conv =
        new LinearOp.Conv(
            Window.square(3, 1, 1), 1, weights(random, 7, 27), new Bias(new int[7]), RELU);
    builder.node("conv", conv, List.of("q"), "c", codes(0.004f));
    builder.node("flatten", new MoveOp.Flatten(), List.of("c"), "f", codes(0.004f));
    Op dense =
        new LinearOp.Dense(weights(random, 10, 7 * PIXELS), new Bias(new int[10]), Clip.NONE);
    builder.node("dense", dense, List.of("f"), "y", new Tensor.Real());
    return new QuantizedModel(builder.build("y"));
  }

  private static final Clip RELU = Clip.RELU;

  private static Weights weights(Random random, int out, int fanIn) {
    byte[] codes = new byte[out * fanIn];
    random.nextBytes(codes);
    float[] scales = new float[out];
    Arrays.fill(scales, 0.002f);
    return Weights.symmetric(codes, scales, IntRange.signed(8));
  }

  private static Tensor.Codes codes(float scale) {
    return new Tensor.Codes(new QuantParams(scale, 0, U8));
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(9).nextBytes(bytes);
    return bytes;
  }

  private static float[] reals(byte[] codes, QuantParams params) {
    float[] reals = new float[codes.length];
    for (int i = 0; i < reals.length; i++) {
      int code = params.range().equals(U8) ? codes[i] & 0xFF : codes[i];
      reals[i] = params.dequantize(code);
    }
    return reals;
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void run_ofCodes_equalsRunOfTheRealNumbersTheyStandFor(QuantParams params) {
    byte[] images = bytes(BATCH * 3 * PIXELS);
    float[] expected;
    try (InferenceSession session = InferenceSession.open(network(params, true))) {
      expected = session.run(reals(images, params), BATCH);
    }
    QuantizedModel model = network(params, false);
    for (String backend : List.of(Backends.AUTO, "reference")) {
      for (int threads : new int[] {1, 2}) {
        SessionOptions options = SessionOptions.DEFAULT.withBackend(backend).withThreads(threads);
        try (InferenceSession session = InferenceSession.open(model, options)) {
          assertArrayEquals(expected, session.run(images, BATCH));
          byte[] one = Arrays.copyOf(images, 3 * PIXELS);
          assertArrayEquals(Arrays.copyOf(expected, 10), session.run(one, 1));
        }
      }
    }
  }

  /** Codes are reordered in blocks: of some pixels, and of some channels of one pixel. */
  @ParameterizedTest
  @CsvSource({"3, 50, 401", "16384, 1, 2", "16385, 2, 1", "40000, 1, 3"})
  void run_ofCodesOfAnyShape_givesThemBackInTheirPlaces(int channels, int height, int width) {
    QuantParams params = new QuantParams(0.01f, 130, U8);
    Graph.Builder builder =
        Graph.builder("copy").input(Tensor.codes("in", Shape.of(channels, height, width), params));
    Op same = new PoolOp.MaxPool(Window.square(1, 1, 0));
    builder.node("same", same, List.of("in"), "out", new Tensor.Codes(params));
    byte[] images = bytes(2 * channels * height * width);
    byte[] results = new byte[images.length];
    try (InferenceSession session =
        InferenceSession.open(new QuantizedModel(builder.build("out")))) {
      session.run(images, 2, results);
    }
    assertArrayEquals(images, results);
  }

  @Test
  void trace_ofCodes_holdsThemAsTheyWereGiven() {
    byte[] images = bytes(2 * 3 * PIXELS);
    QuantParams params = new QuantParams(0.01f, 130, U8);
    try (InferenceSession session = InferenceSession.open(network(params, false))) {
      int[] expected = new int[images.length];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = images[i] & 0xFF;
      }
      assertArrayEquals(expected, session.trace(images, 2).get("q"));
    }
  }

  @Test
  void run_withWatch_countsEachLayerButNotWhatTheCallerGave() {
    SessionOptions options = SessionOptions.DEFAULT.withWatch(SaturationRule.DEFAULT);
    QuantParams params = new QuantParams(0.01f, 130, U8);
    byte[] images = bytes(BATCH * 3 * PIXELS);
    try (InferenceSession session = InferenceSession.open(network(params, false), options)) {
      session.run(images, BATCH);
      List<Saturation> counted = session.saturation();
      assertEquals(List.of("conv"), counted.stream().map(Saturation::layer).toList());
      assertEquals(BATCH * 7L * PIXELS, counted.get(0).codes());
      assertTrue(counted.get(0).high() > 0, counted::toString);
    }
  }

  /** Codes of three types and a real number, in and out again. */
  private static QuantizedModel mixed() {
    Graph.Builder builder = Graph.builder("mixed");
    builder.input(Tensor.codes("u8", Shape.of(2, 2, 2), new QuantParams(0.5f, 3, U8)));
    builder.input(Tensor.real("real", Shape.of(3)));
    builder.input(
        Tensor.codes("s16", Shape.of(2, 1, 2), new QuantParams(0.25f, -9, IntRange.signed(16))));
    Tensor.Type u8 = new Tensor.Codes(new QuantParams(0.5f, 3, U8));
    builder.node("pool", new PoolOp.MaxPool(Window.square(1, 1, 0)), List.of("u8"), "pooled", u8);
    builder.node("quantize", new ConvertOp.Quantize(), List.of("real"), "q", codes(1f));
    Tensor.Type s8 = new Tensor.Codes(new QuantParams(1f, 0, IntRange.signed(8)));
    builder.node("narrow", new ConvertOp.Requantize(Clip.NONE), List.of("s16"), "s8", s8);
    builder.node(
        "dequantize", new ConvertOp.Dequantize(), List.of("s16"), "reals", new Tensor.Real());
    return new QuantizedModel(builder.build("pooled", "q", "s8", "reals", "s16"));
  }

  @ParameterizedTest
  @ValueSource(strings = {Backends.AUTO, "reference"})
  void runByName_ofSeveralTypes_keepsEachCode(String backend) {
    try (InferenceSession session =
        InferenceSession.open(mixed(), SessionOptions.DEFAULT.withBackend(backend))) {
      byte[] u8 = bytes(16);
      short[] s16 = {-32768, 32767, -1, 11, 40, -9, 0, 1};
      Map<String, Object> inputs = new HashMap<>();
      inputs.put("u8", u8);
      inputs.put("real", new float[] {1.4f, 300, -1, 254.5f, 2, 3});
      inputs.put("s16", s16);
      byte[] pooled = new byte[16];
      byte[] quantized = new byte[6];
      byte[] narrow = new byte[8];
      float[] reals = new float[8];
      short[] same = new short[8];
      session.run(
          inputs,
          2,
          Map.of("pooled", pooled, "q", quantized, "s8", narrow, "reals", reals, "s16", same));
      assertArrayEquals(u8, pooled);
      assertArrayEquals(new byte[] {1, (byte) 255, 0, (byte) 254, 2, 3}, quantized);
      assertArrayEquals(new byte[] {-128, 127, 2, 5, 12, 0, 2, 2}, narrow);
      assertArrayEquals(new float[] {-8189.75f, 8194, 2, 5, 12.25f, 0, 2.25f, 2.5f}, reals);
      assertArrayEquals(s16, same);
    }
  }

  @Test
  void run_withOneInputAndOutputOfCodes_needsNoMap() {
    Graph.Builder builder = Graph.builder("codes");
    QuantParams params = new QuantParams(0.5f, 3, U8);
    builder.input(Tensor.codes("x", Shape.of(2, 1, 2), params));
    Tensor.Type type = new Tensor.Codes(params);
    builder.node("upsample", new MoveOp.Upsample(1, 2), List.of("x"), "y", type);
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(builder.build("y")))) {
      byte[] results = new byte[8];
      session.run(new byte[] {1, (byte) 200, 3, 4}, 1, results);
      assertArrayEquals(new byte[] {1, 1, (byte) 200, (byte) 200, 3, 3, 4, 4}, results);
      byte[] images = new byte[4];
      assertEquals(
          "output 'y' holds codes: give an array for them, as to run(Map, int, Map)",
          assertThrows(IllegalArgumentException.class, () -> session.run(images, 1)).getMessage());
    }
  }

  @Test
  void run_ofRealNumbersWhereCodesAreWanted_saysWhatACodeIs() {
    QuantParams params = new QuantParams(0.01f, 130, U8);
    try (InferenceSession session = InferenceSession.open(network(params, false))) {
      String expected =
          "input 'q' holds uint8 codes, which are a byte[], got float[]: a code stands for the real"
              + " number 0.01 * (code - 130)";
      float[] images = new float[3 * PIXELS];
      assertEquals(
          expected,
          assertThrows(IllegalArgumentException.class, () -> session.run(images, 1)).getMessage());
      assertEquals(
          expected,
          assertThrows(IllegalArgumentException.class, () -> session.run(Map.of("q", images), 1))
              .getMessage());
      assertThrows(IllegalArgumentException.class, () -> session.trace(images, 1));
    }
  }

  @Test
  void run_ofCodesWhereRealNumbersAreWanted_saysToScaleThem() {
    QuantParams params = new QuantParams(0.01f, 0, U8);
    try (InferenceSession session = InferenceSession.open(network(params, true))) {
      byte[] images = new byte[3 * PIXELS];
      assertEquals(
          "input 'in' holds real numbers, which are a float[], got byte[]: scale them as the model"
              + " was trained, for example pixel / 255f",
          assertThrows(IllegalArgumentException.class, () -> session.run(images, 1)).getMessage());
    }
  }

  @Test
  void run_ofCodesOutsideTheRange_namesTheFirst() {
    Graph.Builder builder = Graph.builder("narrow");
    QuantParams params = new QuantParams(1f, 2, new IntRange(0, 15));
    builder.input(Tensor.codes("x", Shape.of(3), params));
    builder.node("dequantize", new ConvertOp.Dequantize(), List.of("x"), "y", new Tensor.Real());
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(builder.build("y")))) {
      assertArrayEquals(new float[] {-2, 13, 0}, session.run(new byte[] {0, 15, 2}, 1));
      byte[] images = {0, 15, 2, 3, (byte) 200, 16};
      assertEquals(
          "input 'x': code 200 at position 4 is outside [0, 15], the codes of the model's"
              + " calibrated range",
          assertThrows(IllegalArgumentException.class, () -> session.run(images, 2)).getMessage());
    }
  }
}
