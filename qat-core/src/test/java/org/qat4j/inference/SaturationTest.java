package org.qat4j.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.graph.Bias;
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
import org.qat4j.runtime.Saturation;
import org.qat4j.runtime.SaturationRule;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

class SaturationTest {
  private static final IntRange U8 = IntRange.unsigned(8);
  private static final int SIZE = 2 * 12 * 12;
  private static final QuantParams INPUT = new QuantParams(0.02f, 128, U8);
  private static final QuantParams RELU = params(0.05f, 0);
  private static final QuantParams LINEAR = params(0.1f, 120);
  private static final QuantParams SUM = new QuantParams(0.1f, 3, IntRange.signed(8));

  @TempDir private Path folder;

  private static QuantParams params(float scale, int zeroPoint) {
    return new QuantParams(scale, zeroPoint, U8);
  }

  /**
   * quantize, conv with ReLU, pool, conv without, conv with ReLU6, residual sum: both ends, one,
   * none and signed codes.
   */
  private static QuantizedModel network() {
    Random random = new Random(7);
    Graph.Builder builder = Graph.builder("net").input(Tensor.real("in", Shape.of(2, 12, 12)));
    node(builder, "quantize", new ConvertOp.Quantize(), INPUT, "in");
    node(builder, "conv", conv(random, 2, 8, Clip.RELU), RELU, "quantize");
    node(builder, "pool", new PoolOp.MaxPool(Window.square(2, 2, 0)), RELU, "conv");
    node(builder, "linear", conv(random, 8, 8, Clip.NONE), LINEAR, "pool");
    node(builder, "six", conv(random, 8, 8, Clip.RELU6), params(6f / 255, 0), "pool");
    node(builder, "sum", new JoinOp.Add(Clip.NONE), SUM, "linear", "six");
    node(builder, "mean", new PoolOp.GlobalAveragePool(), SUM, "sum");
    builder.node("result", new ConvertOp.Dequantize(), List.of("mean"), "out", new Tensor.Real());
    return new QuantizedModel(builder.build("out"));
  }

  private static void node(
      Graph.Builder builder, String name, Op op, QuantParams output, String... inputs) {
    builder.node(name, op, List.of(inputs), name, new Tensor.Codes(output));
  }

  private static LinearOp.Conv conv(Random random, int in, int out, Clip clip) {
    byte[] codes = new byte[out * in * 9];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (random.nextInt(255) - 127);
    }
    float[] scales = new float[out];
    Arrays.fill(scales, 0.004f);
    Weights weights = Weights.symmetric(codes, scales, IntRange.signedNarrow(8));
    return new LinearOp.Conv(Window.square(3, 1, 1), 1, weights, new Bias(new int[out]), clip);
  }

  /** Uniform within the input's range of about [-2.5, 2.5], times a factor. */
  private static float[] images(int batch, float factor) {
    Random random = new Random(11);
    float[] images = new float[batch * SIZE];
    for (int i = 0; i < images.length; i++) {
      images[i] = (random.nextFloat() * 5f - 2.5f) * factor;
    }
    return images;
  }

  private static SessionOptions watching(SaturationRule rule) {
    return SessionOptions.DEFAULT.withWatch(rule);
  }

  private static long count(int[] codes, IntPredicate wanted) {
    return Arrays.stream(codes).filter(wanted).count();
  }

  @ParameterizedTest(name = "threads {0}")
  @ValueSource(ints = {1, 2})
  void saturation_ofSeveralRuns_equalsAScalarCountOfTheTrace(int threads) {
    int batch = 67;
    float[] images = images(batch, 4);
    SessionOptions options = watching(SaturationRule.DEFAULT.withThreshold(0.99));
    try (InferenceSession session =
        InferenceSession.open(network(), options.withThreads(threads))) {
      Map<String, int[]> codes = session.trace(images, batch);
      session.run(images, batch);
      session.run(Arrays.copyOf(images, SIZE), 1);
      Map<String, int[]> single = session.trace(Arrays.copyOf(images, SIZE), 1);
      List<Saturation> counted = session.saturation();
      assertEquals(
          List.of("quantize", "conv", "linear", "six", "sum", "mean"),
          counted.stream().map(Saturation::layer).toList());
      for (Saturation s : counted.subList(1, counted.size())) {
        int[] all = codes.get(s.tensor());
        int[] one = single.get(s.tensor());
        int min = s.layer().equals("sum") || s.layer().equals("mean") ? -128 : 0;
        int max = min + 255;
        boolean low = !s.layer().equals("conv") && !s.layer().equals("six");
        boolean high = !s.layer().equals("six");
        assertEquals(all.length + one.length, s.codes(), s.layer());
        long atLow = count(all, c -> c == min) + count(one, c -> c == min);
        long atHigh = count(all, c -> c == max) + count(one, c -> c == max);
        assertEquals(low ? atLow : 0, s.low(), s.layer());
        assertEquals(high ? atHigh : 0, s.high(), s.layer());
      }
      assertTrue(counted.get(2).low() > 0 && counted.get(2).high() > 0, counted.toString());
    }
  }

  @Test
  void saturation_ofTheInput_countsRealsBeyondTheRangeAndNotCodesAtItsEnds() {
    float[] image = new float[SIZE];
    float top = INPUT.dequantize(255);
    float[] values = {top, Math.nextUp(top), top + 0.0099f, top + 0.011f, 1e30f, Float.NaN, -2.7f};
    System.arraycopy(values, 0, image, 0, values.length);
    long high = 0;
    for (float value : values) {
      high += Math.rint(value / INPUT.scale()) + INPUT.zeroPoint() > 255 ? 1 : 0;
    }
    try (InferenceSession session =
        InferenceSession.open(network(), watching(SaturationRule.DEFAULT))) {
      session.run(image, 1);
      Saturation input = session.saturation().get(0);
      assertEquals(new Saturation("quantize", "quantize", SIZE, 2, high), input);
      assertEquals(2, high);
      assertEquals(4.0 / SIZE, input.fraction());
    }
  }

  @Test
  void run_whileWatching_givesTheSameResults() {
    float[] images = images(70, 4);
    try (InferenceSession plain = InferenceSession.open(network());
        InferenceSession watching =
            InferenceSession.open(network(), watching(SaturationRule.DEFAULT))) {
      assertArrayEquals(plain.run(images, 70), watching.run(images, 70));
    }
  }

  /** What is logged while an action runs. */
  private static final class Captured extends AbstractAppender implements AutoCloseable {
    private final Logger logger =
        (Logger) LogManager.getLogger("org.qat4j.runtime.SaturationWatch");
    private final Level levelBefore = logger.getLevel();
    private final List<String> messages = new java.util.concurrent.CopyOnWriteArrayList<>();

    Captured() {
      super("captured", null, null, true, Property.EMPTY_ARRAY);
      start();
      Configurator.setLevel(logger, Level.WARN);
      logger.setAdditive(false);
      logger.addAppender(this);
    }

    @Override
    public void append(LogEvent event) {
      messages.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
    }

    @Override
    public void close() {
      logger.removeAppender(this);
      logger.setAdditive(true);
      Configurator.setLevel(logger, levelBefore);
      stop();
    }
  }

  private static SaturationRule tolerant() {
    return SaturationRule.DEFAULT.withThreshold(0.1);
  }

  @Test
  void run_onInputInsideTheRange_warnsOfNothing() {
    try (Captured log = new Captured();
        InferenceSession session = InferenceSession.open(network(), watching(tolerant()))) {
      for (int i = 0; i < 4; i++) {
        session.run(images(64, 1), 64);
      }
      assertEquals(List.of(), log.messages);
      assertEquals(0, session.saturation().get(0).fraction());
    }
  }

  @Test
  void run_onInputFourTimesTooLarge_warnsOnceForEachLayer() {
    try (Captured log = new Captured();
        InferenceSession session = InferenceSession.open(network(), watching(tolerant()))) {
      session.run(images(63, 4), 63);
      assertEquals(List.of(), log.messages, "before the window is full");
      for (int i = 0; i < 4; i++) {
        session.run(images(64, 4), 64);
      }
      List<String> layers =
          log.messages.stream().map(text -> text.substring(0, text.indexOf("of model"))).toList();
      assertEquals(List.copyOf(new java.util.LinkedHashSet<>(layers)), layers, "each layer once");
      String first = log.messages.get(0);
      assertTrue(first.startsWith("WARN layer 'quantize' of model 'net': 7"), first);
      assertTrue(first.contains("to the calibrated range [-2.56, 2.54]"), first);
      assertTrue(first.contains("threshold 10.0 %"), first);
      assertTrue(first.contains("check its preprocessing"), first);
    }
  }

  @Test
  void run_aboveTheThreshold_recordsAJfrEventForEachWindow() throws IOException {
    Path file = folder.resolve("saturation.jfr");
    List<Saturation> counted;
    try (Recording recording = new Recording();
        InferenceSession session = InferenceSession.open(network(), watching(tolerant()))) {
      recording.enable("org.qat4j.Saturation");
      recording.start();
      session.run(images(64, 1), 64);
      session.run(images(64, 4), 64);
      session.run(images(64, 4), 64);
      recording.stop();
      recording.dump(file);
      counted = session.saturation();
    }
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getString("layer").equals("quantize"))
            .toList();
    assertEquals(2, events.size());
    long high = 0;
    for (RecordedEvent event : events) {
      assertEquals("org.qat4j.Saturation", event.getEventType().getName());
      assertEquals("net", event.getString("model"));
      assertEquals(64 * SIZE, event.getLong("codes"));
      assertEquals(0.75, event.getDouble("fraction"), 0.01);
      high += event.getLong("high");
    }
    assertEquals(counted.get(0).high(), high);
  }

  @Test
  void saturation_ofASessionThatDoesNotWatch_saysHowToOpenOne() {
    try (InferenceSession session = InferenceSession.open(network())) {
      assertEquals(
          "the session does not watch its ranges: open it with"
              + " SessionOptions.DEFAULT.withWatch(SaturationRule.DEFAULT)",
          assertThrows(IllegalStateException.class, session::saturation).getMessage());
    }
  }

  @Test
  void rule_withAWrongThresholdOrWindow_isRefused() {
    assertEquals(
        "threshold must be in (0, 1), got 1.0",
        assertThrows(IllegalArgumentException.class, () -> SaturationRule.DEFAULT.withThreshold(1))
            .getMessage());
    assertEquals(
        "images must be >= 1, got 0",
        assertThrows(IllegalArgumentException.class, () -> SaturationRule.DEFAULT.withImages(0))
            .getMessage());
  }

  @Test
  void run_whileWatchingWithinTheThreshold_allocatesNothing() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    SaturationRule rule = SaturationRule.DEFAULT.withThreshold(0.9);
    try (InferenceSession session = InferenceSession.open(network(), watching(rule))) {
      float[] images = images(70, 1);
      float[] results = new float[70 * 8];
      for (int i = 0; i < 500; i++) {
        session.run(images, 70, results);
      }
      long thread = Thread.currentThread().getId();
      long before = threads.getThreadAllocatedBytes(thread);
      for (int i = 0; i < 100; i++) {
        session.run(images, 70, results);
      }
      long allocated = threads.getThreadAllocatedBytes(thread) - before;
      assertTrue(allocated < 500, "100 calls allocated " + allocated + " bytes");
    }
  }
}
