package org.qat4j.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Backends;
import org.qat4j.runtime.CallerLayouts;
import org.qat4j.runtime.Choice;
import org.qat4j.runtime.PlainLayout;
import org.qat4j.runtime.SaturationRule;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Arrays that lie channels last hold the same numbers, in other places. */
class ChannelsLastTest {
  private static final QuantParams U8 = new QuantParams(0.02f, 3, IntRange.unsigned(8));
  private static final QuantParams S16 = new QuantParams(0.001f, -9, IntRange.signed(16));
  private static final Shape IMAGE = Shape.of(3, 6, 5);

  /** Real numbers and codes come in and go out, as images and as features. */
  private static QuantizedModel model() {
    Random random = new Random(3);
    Graph.Builder builder = Graph.builder("net");
    builder.input(Tensor.real("real", IMAGE));
    builder.input(Tensor.codes("u8", Shape.of(7, 6, 5), U8));
    builder.input(Tensor.codes("s16", IMAGE, S16));
    builder.input(Tensor.real("features", Shape.of(4)));
    Tensor.Codes codes = new Tensor.Codes(U8);
    builder.node("quantize", new ConvertOp.Quantize(), List.of("real"), "q", codes);
    LinearOp conv =
        new LinearOp.Conv(Window.square(3, 1, 1), 1, weights(random, 7, 27), bias(7), Clip.RELU);
    builder.node("conv", conv, List.of("q"), "c", codes);
    builder.node("realConv", conv, List.of("q"), "realImage", new Tensor.Real());
    builder.node("add", new JoinOp.Add(Clip.NONE), List.of("c", "u8"), "sum", codes);
    builder.node(
        "dequantize", new ConvertOp.Dequantize(), List.of("sum"), "sums", new Tensor.Real());
    builder.node("reals", new ConvertOp.Dequantize(), List.of("s16"), "wide", new Tensor.Real());
    builder.node(
        "codes", new ConvertOp.Quantize(), List.of("real"), "wideCodes", new Tensor.Codes(S16));
    builder.node("few", new ConvertOp.Quantize(), List.of("features"), "fewCodes", codes);
    builder.node("flatten", new MoveOp.Flatten(), List.of("sum"), "f", codes);
    LinearOp dense = new LinearOp.Dense(weights(random, 10, 7 * 30), bias(10), Clip.NONE);
    builder.node("dense", dense, List.of("f"), "logits", new Tensor.Real());
    return new QuantizedModel(
        builder.build(
            "sum", "sums", "realImage", "wide", "wideCodes", "fewCodes", "logits", "s16"));
  }

  private static Weights weights(Random random, int out, int fanIn) {
    byte[] codes = new byte[out * fanIn];
    random.nextBytes(codes);
    float[] scales = new float[out];
    Arrays.fill(scales, 0.002f);
    return Weights.symmetric(codes, scales, IntRange.signed(8));
  }

  private static Bias bias(int out) {
    return new Bias(new int[out]);
  }

  private static Map<String, Object> inputs(int batch) {
    Random random = new Random(batch);
    float[] real = new float[batch * 90];
    float[] features = new float[batch * 4];
    byte[] u8 = new byte[batch * 210];
    short[] s16 = new short[batch * 90];
    random.nextBytes(u8);
    for (int i = 0; i < real.length; i++) {
      real[i] = 6 * random.nextFloat() - 0.5f;
      s16[i] = (short) random.nextInt();
    }
    for (int i = 0; i < features.length; i++) {
      features[i] = 6 * random.nextFloat() - 0.5f;
    }
    return Map.of("real", real, "u8", u8, "s16", s16, "features", features);
  }

  private static Map<String, Object> run(
      SessionOptions options, CallerLayouts layouts, int batch, boolean direct) {
    try (InferenceSession session = InferenceSession.open(model(), options.withLayouts(layouts))) {
      Map<String, Object> given = new LinkedHashMap<>();
      Map<String, Object> given0 = inputs(batch);
      session
          .inputs()
          .forEach(
              in ->
                  given.put(
                      in.name(),
                      buffered(from(given0.get(in.name()), in, layouts.inputs()), direct)));
      Map<String, Object> got = new LinkedHashMap<>();
      for (Tensor out : session.outputs()) {
        int length = batch * out.shape().elements();
        Object array =
            !out.isCodes()
                ? new float[length]
                : out.params().equals(S16) ? new short[length] : new byte[length];
        got.put(out.name(), buffered(array, direct));
      }
      session.run(given, batch, got);
      Map<String, Object> results = new LinkedHashMap<>();
      session
          .outputs()
          .forEach(
              out ->
                  results.put(
                      out.name(), to(unbuffered(got.get(out.name())), out, layouts.outputs())));
      return results;
    }
  }

  private static Object buffered(Object array, boolean direct) {
    if (!direct || !(array instanceof float[] reals)) {
      return array;
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect(4 * reals.length).order(ByteOrder.nativeOrder());
    bytes.asFloatBuffer().put(reals);
    return bytes.asFloatBuffer();
  }

  private static Object unbuffered(Object array) {
    if (array instanceof FloatBuffer buffer) {
      float[] reals = new float[buffer.remaining()];
      buffer.get(reals);
      return reals;
    }
    return array;
  }

  /** From channels first. */
  private static Object from(Object array, Tensor tensor, PlainLayout layout) {
    return moved(array, tensor, layout, true);
  }

  /** To channels first. */
  private static Object to(Object array, Tensor tensor, PlainLayout layout) {
    return moved(array, tensor, layout, false);
  }

  private static Object moved(Object array, Tensor tensor, PlainLayout layout, boolean out) {
    Shape shape = tensor.shape();
    int length = Array.getLength(array);
    Object result = Array.newInstance(array.getClass().getComponentType(), length);
    int pixels = shape.height() * shape.width();
    for (int i = 0; i < length; i++) {
      int image = i / shape.elements();
      int channel = i / pixels % shape.channels();
      int last = (image * pixels + i % pixels) * shape.channels() + channel;
      int other = layout == PlainLayout.NHWC ? last : i;
      Array.set(result, out ? other : i, Array.get(array, out ? i : other));
    }
    return result;
  }

  private static void assertSame(Map<String, Object> expected, Map<String, Object> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach(
        (name, array) ->
            assertArrayEquals(new Object[] {array}, new Object[] {actual.get(name)}, name));
  }

  @ParameterizedTest(name = "{0}, {1} threads")
  @CsvSource({"auto, 1", "auto, 2", "auto, 3", "loops, 1", "reference, 1", "reference, 2"})
  void run_inAnyLayouts_givesTheNumbersOfChannelsFirst(String backend, int threads) {
    SessionOptions options = SessionOptions.DEFAULT.withBackend(backend).withThreads(threads);
    for (int batch : new int[] {1, 2, 70}) {
      Map<String, Object> expected =
          run(
              SessionOptions.DEFAULT.withBackend("reference"),
              CallerLayouts.CHANNELS_FIRST,
              batch,
              false);
      for (PlainLayout in : PlainLayout.values()) {
        for (PlainLayout out : PlainLayout.values()) {
          CallerLayouts layouts = new CallerLayouts(in, out);
          assertSame(expected, run(options, layouts, batch, false));
          assertSame(expected, run(options, layouts, batch, true));
        }
      }
    }
  }

  @Test
  void run_watchedOrMeasured_givesTheNumbersOfChannelsFirst() {
    SessionOptions plain = SessionOptions.DEFAULT;
    Map<String, Object> expected = run(plain, CallerLayouts.CHANNELS_FIRST, 9, false);
    for (SessionOptions options :
        List.of(plain.withWatch(SaturationRule.DEFAULT), plain.withChoice(Choice.By.MEASUREMENT))) {
      assertSame(expected, run(options, CallerLayouts.CHANNELS_LAST, 9, false));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {Backends.AUTO, "loops"})
  void plan_ofRealsToCodesAndBackChannelsLast_reordersNothing(String backend) {
    Graph.Builder builder = Graph.builder("there and back").input(Tensor.real("in", IMAGE));
    builder.node("there", new ConvertOp.Quantize(), List.of("in"), "q", new Tensor.Codes(U8));
    builder.node("back", new ConvertOp.Dequantize(), List.of("q"), "out", new Tensor.Real());
    QuantizedModel model = new QuantizedModel(builder.build("out"));
    SessionOptions options =
        SessionOptions.DEFAULT.withBackend(backend).withLayouts(CallerLayouts.CHANNELS_LAST);
    try (InferenceSession session = InferenceSession.open(model, options)) {
      String plan = session.plan().toString();
      assertFalse(plan.contains("Reorder"), plan);
      assertTrue(plan.contains("nhwc"), plan);
    }
  }

  @Test
  void trace_ofASessionChannelsLast_isInTheOrderOfAllTraces() {
    Graph.Builder builder = Graph.builder("there and back").input(Tensor.real("in", IMAGE));
    builder.node("there", new ConvertOp.Quantize(), List.of("in"), "q", new Tensor.Codes(U8));
    builder.node("back", new ConvertOp.Dequantize(), List.of("q"), "out", new Tensor.Real());
    QuantizedModel model = new QuantizedModel(builder.build("out"));
    Tensor in = Tensor.real("in", IMAGE);
    float[] images = (float[]) inputs(2).get("real");
    SessionOptions last = SessionOptions.DEFAULT.withLayouts(CallerLayouts.CHANNELS_LAST);
    try (InferenceSession first = InferenceSession.open(model);
        InferenceSession other = InferenceSession.open(model, last)) {
      int[] codes = first.trace(images, 2).get("q");
      float[] moved = (float[]) from(images, in, PlainLayout.NHWC);
      assertArrayEquals(codes, other.trace(moved, 2).get("q"));
    }
  }
}
