package org.qat4j.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.graph.Bias;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Choice;
import org.qat4j.runtime.NativeScope;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

class InferenceSessionTest {
  private static final IntRange U8 = IntRange.unsigned(8);

  /** conv 5x5, pool, conv 3x3, dense, softmax on 1x14x14. */
  private static QuantizedModel network(long seed) {
    Random random = new Random(seed);
    Graph.Builder builder = Graph.builder("net").input(Tensor.real("in", Shape.of(1, 14, 14)));
    builder.node("quantize", new ConvertOp.Quantize(), List.of("in"), "q", codes(0.01f));
    builder.node("conv1", conv(random, 5, 0, 1, 6), List.of("q"), "c1", codes(0.05f));
    builder.node(
        "pool", new PoolOp.MaxPool(Window.square(2, 2, 0)), List.of("c1"), "p", codes(0.05f));
    builder.node("conv2", conv(random, 3, 1, 6, 7), List.of("p"), "c2", codes(0.2f));
    builder.node("flatten", new MoveOp.Flatten(), List.of("c2"), "f", codes(0.2f));
    Weights weights = weights(random, 10, 7 * 5 * 5);
    builder.node(
        "dense",
        new LinearOp.Dense(weights, new Bias(new int[10]), Clip.NONE),
        List.of("f"),
        "d",
        new Tensor.Real());
    builder.node("softmax", new ChannelOp.Softmax(), List.of("d"), "out", new Tensor.Real());
    return new QuantizedModel(builder.build("out"));
  }

  private static LinearOp.Conv conv(Random random, int kernel, int pad, int in, int out) {
    return new LinearOp.Conv(
        Window.square(kernel, 1, pad),
        1,
        weights(random, out, in * kernel * kernel),
        new Bias(new int[out]),
        Clip.RELU);
  }

  private static Weights weights(Random random, int out, int fanIn) {
    byte[] codes = new byte[out * fanIn];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (random.nextInt(255) - 127);
    }
    float[] scales = new float[out];
    Arrays.fill(scales, 0.002f);
    return Weights.symmetric(codes, scales, IntRange.signedNarrow(8));
  }

  private static Tensor.Codes codes(float scale) {
    return new Tensor.Codes(new QuantParams(scale, 0, U8));
  }

  private static float[] images(long seed, int batch) {
    Random random = new Random(seed);
    float[] images = new float[batch * 14 * 14];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat() * 2.6f;
    }
    return images;
  }

  @ParameterizedTest(name = "threads {0}")
  @ValueSource(ints = {1, 2, 3})
  void run_anyThreadsBatchAndOrder_equalsOneImageAtATime(int threads) {
    QuantizedModel model = network(1);
    int batch = 131;
    float[] images = images(2, batch);
    float[] expected = new float[batch * 10];
    try (InferenceSession single =
        InferenceSession.open(model, SessionOptions.DEFAULT.withBackend("reference"))) {
      for (int i = 0; i < batch; i++) {
        float[] image = Arrays.copyOfRange(images, i * 196, (i + 1) * 196);
        System.arraycopy(single.run(image, 1), 0, expected, i * 10, 10);
      }
    }
    try (InferenceSession session =
        InferenceSession.open(model, SessionOptions.DEFAULT.withThreads(threads))) {
      assertArrayEquals(expected, session.run(images, batch));
      for (int size : new int[] {1, 2, 7, 64, 65}) {
        float[] part = Arrays.copyOfRange(images, (batch - size) * 196, batch * 196);
        float[] results = Arrays.copyOfRange(expected, (batch - size) * 10, batch * 10);
        assertArrayEquals(results, session.run(part, size), "batch " + size);
      }
    }
  }

  @Test
  void run_onMeasuredKernels_equalsTheRule() {
    QuantizedModel model = network(1);
    float[] images = images(2, 5);
    SessionOptions measured = SessionOptions.DEFAULT.withChoice(Choice.By.MEASUREMENT);
    try (InferenceSession expected = InferenceSession.open(model);
        InferenceSession actual = InferenceSession.open(model, measured)) {
      assertArrayEquals(expected.run(images, 5), actual.run(images, 5));
      assertEquals(expected.plan().macs(), actual.plan().macs());
    }
  }

  @Test
  void trace_ofANetwork_namesEveryQuantizedTensorInNchwOrder() {
    try (InferenceSession session = InferenceSession.open(network(3))) {
      float[] image = images(4, 1);
      Map<String, int[]> codes = session.trace(image, 1);
      assertEquals(List.of("q", "c1", "p", "c2", "f"), List.copyOf(codes.keySet()));
      QuantParams params = new QuantParams(0.01f, 0, U8);
      for (int i = 0; i < image.length; i++) {
        assertEquals(params.quantize(image[i]), codes.get("q")[i]);
      }
      assertArrayEquals(codes.get("c2"), codes.get("f"), "flatten keeps NCHW order");
    }
  }

  @Test
  void runByName_ofSeveralOutputs_returnsEach() {
    Graph.Builder builder = Graph.builder("two").input(Tensor.real("a", Shape.of(3)));
    builder.input(Tensor.real("b", Shape.of(2)));
    builder.node("qa", new ConvertOp.Quantize(), List.of("a"), "ca", codes(0.5f));
    builder.node("qb", new ConvertOp.Quantize(), List.of("b"), "cb", codes(1f));
    builder.node("cat", new JoinOp.Concat(), List.of("ca", "cb"), "c", codes(0.5f));
    builder.node("d1", new ConvertOp.Dequantize(), List.of("c"), "joined", new Tensor.Real());
    builder.node("d2", new ConvertOp.Dequantize(), List.of("cb"), "second", new Tensor.Real());
    try (InferenceSession session =
        InferenceSession.open(new QuantizedModel(builder.build("joined", "second")))) {
      Map<String, float[]> results =
          session.run(Map.of("a", new float[] {1, 2, 3}, "b", new float[] {4, 5.4f}), 1);
      assertArrayEquals(new float[] {1, 2, 3, 4, 5}, results.get("joined"));
      assertArrayEquals(new float[] {4, 5}, results.get("second"));
      Exception missing =
          assertThrows(
              IllegalArgumentException.class, () -> session.run(Map.of("a", new float[3]), 1));
      assertTrue(
          missing.getMessage().startsWith("the model's inputs are [a, b], got [a]"),
          missing.getMessage());
      Exception single =
          assertThrows(IllegalArgumentException.class, () -> session.run(new float[3], 1));
      assertEquals(
          "the model has 2 outputs [joined, second]: use run(Map, int)", single.getMessage());
    }
  }

  @Test
  void open_withAnUnknownBackend_namesThosePresent() {
    Exception error =
        assertThrows(
            IllegalArgumentException.class,
            () -> InferenceSession.open(network(1), SessionOptions.DEFAULT.withBackend("cuda")));
    assertEquals(
        "there is no backend 'cuda'; present: auto, onednn, loops, reference", error.getMessage());
  }

  /** Direct or not, in either byte order, from wherever they begin. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void run_onBuffers_equalsArraysAndMovesNoPosition(int offset) {
    float[] images = images(4, 5);
    try (InferenceSession session = InferenceSession.open(network(3))) {
      float[] expected = session.run(images, 5);
      for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
        for (boolean direct : new boolean[] {true, false}) {
          FloatBuffer in = buffer(direct, order, offset, images.length);
          in.duplicate().put(images);
          FloatBuffer out = buffer(direct, order, offset, expected.length);
          session.run(in.asReadOnlyBuffer(), 5, out);
          assertEquals(offset, out.position());
          float[] actual = new float[expected.length];
          out.duplicate().get(actual);
          assertArrayEquals(expected, actual);
          assertEquals(0, out.get(0) * offset, "before it");
        }
      }
    }
  }

  private static FloatBuffer buffer(boolean direct, ByteOrder order, int offset, int length) {
    int bytes = (offset + length + 2) * Float.BYTES;
    ByteBuffer all = direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
    return all.order(order).asFloatBuffer().position(offset).limit(offset + length);
  }

  @Test
  void run_onUnfitBuffers_isRefused() {
    try (InferenceSession session = InferenceSession.open(network(3))) {
      FloatBuffer images = FloatBuffer.wrap(images(4, 5));
      FloatBuffer results = FloatBuffer.allocate(50);
      assertRefused(
          "output 'out': the buffer is read-only",
          () -> session.run(images, 5, results.asReadOnlyBuffer()));
      assertRefused(
          "output 'out': 5 images of 10 are 50 numbers, got 49",
          () -> session.run(images, 5, results.limit(49)));
    }
  }

  private static void assertRefused(String message, Runnable run) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, run::run).getMessage());
  }

  @Test
  void run_withAWrongLength_saysWhichTensorAndHowMany() {
    try (InferenceSession session = InferenceSession.open(network(1))) {
      Exception error =
          assertThrows(IllegalArgumentException.class, () -> session.run(new float[195], 1));
      assertEquals("input 'in': 1 images of 1x14x14 are 196 numbers, got 195", error.getMessage());
      assertThrows(IllegalArgumentException.class, () -> session.run(new float[0], 0));
    }
  }

  @Test
  void close_twiceAndUseAfterwards_neverCrashes() {
    InferenceSession session = InferenceSession.open(network(1));
    session.run(images(1, 2), 2);
    session.close();
    session.close();
    assertEquals(
        "the session is closed",
        assertThrows(IllegalStateException.class, () -> session.run(images(1, 2), 2)).getMessage());
    assertThrows(IllegalStateException.class, session::plan);
    assertThrows(IllegalStateException.class, () -> session.trace(images(1, 1), 1));
  }

  @Test
  void close_whileAnotherThreadRuns_failsClearlyAndLeavesTheSessionOpen() throws Exception {
    try (InferenceSession session =
        InferenceSession.open(network(1), SessionOptions.DEFAULT.withBackend("reference"))) {
      ExecutorService other = Executors.newSingleThreadExecutor();
      Future<float[]> running = other.submit(() -> runWhenFree(session, images(1, 400), 400));
      int refused = 0;
      while (!running.isDone() && refused == 0) {
        refused += refusals(session);
      }
      assertEquals(400 * 10, running.get().length);
      assertEquals(1, refused, "the run ended before close() was tried");
      assertEquals(10, session.run(images(1, 1), 1).length);
      other.shutdown();
    }
  }

  /** The test's own plan() calls may be inside the session. */
  private static float[] runWhenFree(InferenceSession session, float[] images, int batch) {
    while (true) {
      try {
        return session.run(images, batch);
      } catch (IllegalStateException busy) {
        Thread.onSpinWait();
      }
    }
  }

  private static int refusals(InferenceSession session) {
    try {
      session.plan();
      return 0;
    } catch (IllegalStateException running) {
      assertTrue(
          running.getMessage().startsWith("the session is running on another thread"),
          running.getMessage());
    }
    IllegalStateException refused = assertThrows(IllegalStateException.class, session::close);
    assertTrue(
        refused.getMessage().startsWith("close() while the session is running"),
        refused.getMessage());
    return 1;
  }

  @Test
  void sessions_onSeveralThreads_giveTheSameResults() throws Exception {
    QuantizedModel model = network(9);
    float[] images = images(10, 20);
    float[] expected;
    try (InferenceSession session = InferenceSession.open(model)) {
      expected = session.run(images, 20);
    }
    ExecutorService pool = Executors.newFixedThreadPool(4);
    Callable<float[]> task =
        () -> {
          try (InferenceSession session = InferenceSession.open(model)) {
            float[] results = new float[200];
            for (int i = 0; i < 50; i++) {
              session.run(images, 20, results);
            }
            return results;
          }
        };
    List<Future<float[]>> futures = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      futures.add(pool.submit(task));
    }
    for (Future<float[]> future : futures) {
      assertArrayEquals(expected, future.get());
    }
    pool.shutdown();
  }

  @ParameterizedTest(name = "threads {0}, batch {1}")
  @CsvSource({"1, 70", "2, 70", "2, 1"})
  void run_afterWarmUp_allocatesNothing(int workers, int batch) {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (InferenceSession session =
        InferenceSession.open(network(1), SessionOptions.DEFAULT.withThreads(workers))) {
      float[] images = images(1, batch);
      float[] results = new float[10 * batch];
      for (int i = 0; i < 2000; i++) {
        session.run(images, batch, results);
      }
      long[] ids = workersAndCaller();
      assertEquals(workers, ids.length);
      long allocated = Long.MAX_VALUE;
      // On a busy machine a helper may get its first piece, and so its buffers, late.
      for (int round = 0; round < 20 && allocated >= 500; round++) {
        long before = Arrays.stream(threads.getThreadAllocatedBytes(ids)).sum();
        for (int i = 0; i < 100; i++) {
          session.run(images, batch, results);
        }
        allocated = Arrays.stream(threads.getThreadAllocatedBytes(ids)).sum() - before;
      }
      assertTrue(allocated < 500, "100 calls allocated " + allocated + " bytes");
    }
  }

  private static long[] workersAndCaller() {
    Thread caller = Thread.currentThread();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread == caller || thread.getName().startsWith("qat4j-helper-"))
        .mapToLong(Thread::getId)
        .toArray();
  }

  @Test
  void thousandSessions_openedAndClosed_leaveNoNativeMemory() {
    QuantizedModel model = network(1);
    float[] images = images(1, 3);
    openRunClose(model, images, 500);
    System.gc();
    long live = NativeScope.live();
    long allocated = Pointer.totalBytes();
    long grown = Long.MAX_VALUE;
    // Not exact: the Java heap is in it, and may grow. A leak grows every time.
    for (int i = 0; i < 3 && grown >= 48L << 20; i++) {
      long resident = Pointer.physicalBytes();
      openRunClose(model, images, 1000);
      System.gc();
      grown = Pointer.physicalBytes() - resident;
    }
    assertEquals(live, NativeScope.live(), "native objects");
    assertEquals(allocated, Pointer.totalBytes(), "bytes allocated through JavaCPP");
    assertTrue(grown < 48L << 20, "resident memory grew by " + grown + " bytes");
  }

  private static void openRunClose(QuantizedModel model, float[] images, int times) {
    for (int i = 0; i < times; i++) {
      try (InferenceSession session = InferenceSession.open(model)) {
        session.run(images, 3);
      }
    }
  }

  @Test
  void plan_ofANetwork_showsEveryKernel() {
    try (InferenceSession session = InferenceSession.open(network(1))) {
      String plan = session.plan().toString();
      assertTrue(plan.contains("conv1"), plan);
      assertTrue(plan.contains("onednn:"), plan);
      assertTrue(plan.startsWith("backend auto, 1 thread, 64 images at a time"), plan);
      long macs = 10 * 10 * 25 * 6 + 5 * 5 * 54 * 7 + 175 * 10;
      assertEquals(macs, session.plan().macs());
    }
  }
}
