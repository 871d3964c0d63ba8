package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.EveryOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Reals;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.LoadOptions;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;
import org.qat4j.runtime.Backend;
import org.qat4j.runtime.Backends;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Float between quantized parts: refused unless allowed, then run, listed and written back. */
class FloatIslandsTest {
  private static final int BATCH = 5;

  @ParameterizedTest
  @EnumSource(IslandModels.class)
  void realResult_isWhatOnnxRuntimeComputes(IslandModels model)
      throws OrtException, OnnxFormatException {
    float[] theirs = theirs(model, model.real());
    float[] ours = run(read(model.real()), "reference", model.images(BATCH), BATCH);
    float largest = largest(theirs);
    assertEquals(theirs.length, ours.length);
    for (int i = 0; i < ours.length; i++) {
      assertEquals(theirs[i], ours[i], 1e-4f * largest, "result " + i);
    }
  }

  @ParameterizedTest
  @EnumSource(IslandModels.class)
  void codesBehindAnIsland_areAtMostOneApartFromOnnxRuntime(IslandModels model)
      throws OrtException, OnnxFormatException {
    float scale = largest(theirs(model, model.real())) / 150;
    byte[] bytes = model.quantized(scale);
    float[] ours = run(read(bytes), "reference", model.images(BATCH), BATCH);
    apart(ours, theirs(model, bytes), scale);
    int apart = apart(ours, theirsAsWritten(model, bytes), scale);
    assertTrue(apart * 200 <= ours.length, apart + " of " + ours.length + " codes differ");
    assertTrue(Arrays.stream(codes(ours, scale)).distinct().count() > 5, "results are saturated");
  }

  @ParameterizedTest
  @EnumSource(IslandModels.class)
  void results_areTheSameOnAllBackendsThreadsAndBatches(IslandModels model)
      throws OnnxFormatException {
    Graph graph = read(model.quantized(0.02f));
    float[] images = model.images(BATCH);
    float[] expected = run(graph, "reference", images, BATCH);
    for (Backend backend : Backends.registered().present()) {
      assertArrayEquals(expected, run(graph, backend.name(), images, BATCH), backend.name());
    }
    int image = images.length / BATCH;
    int result = expected.length / BATCH;
    float[] last = Arrays.copyOfRange(images, images.length - image, images.length);
    SessionOptions threads = SessionOptions.DEFAULT.withThreads(2);
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph), threads)) {
      assertArrayEquals(expected, session.run(images, BATCH));
      assertArrayEquals(
          Arrays.copyOfRange(expected, expected.length - result, expected.length),
          session.run(last, 1));
    }
  }

  @ParameterizedTest
  @EnumSource(IslandModels.class)
  void read_ofWrittenGraph_givesTheSameGraphAndBytes(IslandModels model)
      throws OnnxFormatException {
    for (byte[] bytes : List.of(model.real(), model.quantized(0.02f))) {
      Graph graph = read(bytes);
      byte[] written = OnnxWriter.toBytes(graph);
      Graph again = read(written);
      GraphEquality.assertEqual(graph, again);
      assertArrayEquals(written, OnnxWriter.toBytes(again));
    }
  }

  @ParameterizedTest
  @EnumSource(IslandModels.class)
  void plan_listsTheIslands(IslandModels model) throws OnnxFormatException {
    Graph graph = read(model.quantized(0.02f));
    int count = graph.islands().size();
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph))) {
      String expected =
          count + " of " + graph.nodes().size() + " operations run in float32: " + model.islands();
      List<String> lines = session.plan().toString().lines().toList();
      assertEquals(expected, lines.get(lines.size() - 1));
      assertEquals(graph.macs(), session.plan().macs());
    }
  }

  @ParameterizedTest
  @EnumSource(IslandModels.class)
  void read_withoutPermission_namesWhatWouldRunInFloatAndTheOption(IslandModels model) {
    String message = Refusals.message(model.quantized(0.02f));
    String quoted =
        Arrays.stream(model.islands().split(", "))
            .map(island -> "'" + island.replace(" (", "' ("))
            .collect(Collectors.joining(", "));
    String hint = "; or let " + quoted + " run in float: LoadOptions.ALLOW_FLOAT, --allow-float";
    assertTrue(message.startsWith("m.onnx: node '"), message);
    assertTrue(message.endsWith(hint), message);
  }

  @Test
  void integerMacs_areThoseOutsideTheIslands() throws OnnxFormatException {
    Graph graph = read(IslandModels.FLOAT_CONV.quantized(0.02f));
    assertEquals(6 * 4 * 4 * 2 * 9, graph.macs());
    assertEquals(0, graph.integerMacs());
    Graph residual = read(IslandModels.RESIDUAL.quantized(0.02f));
    assertEquals(4 * 7 * 7 * 4 * 9, residual.macs());
    assertEquals(residual.macs(), residual.integerMacs());
  }

  @Test
  void models_overAll_holdEveryOperationOnRealNumbers() {
    Set<Class<?>> read =
        Arrays.stream(IslandModels.values())
            .flatMap(model -> graph(model).nodes().stream())
            .map(node -> node.op().getClass())
            .collect(Collectors.toSet());
    Set<Class<?>> missing = new HashSet<>(EveryOp.in(Arithmetic.REALS));
    missing.removeAll(read);
    // An output with a second name, which no island is.
    missing.remove(MoveOp.Identity.class);
    // What recurrent networks have; RecurrentFileTest reads those.
    missing.removeAll(
        Set.of(
            ConvertOp.QuantizeDynamic.class,
            MoveOp.Steps.class,
            Embedding.class,
            RecurrentOp.Lstm.class,
            RecurrentOp.SimpleRnn.class));
    assertEquals(Set.of(), missing);
  }

  /** The file has a clip of its own, so the graph that is read has one node more for each. */
  @Test
  void write_ofFusedClipsOfRealNumbers_givesTheSameNumbers() throws OnnxFormatException {
    Tensor.Type real = new Tensor.Real();
    Tensor.Type codes = new Tensor.Codes(new QuantParams(0.1f, 7, IntRange.unsigned(8)));
    Op dense = new LinearOp.Dense(new Reals(2, -3, 5, 7), new Reals(0.5f, -1), Clip.RELU6);
    Graph graph =
        Graph.builder("clips")
            .input(Tensor.real("x", Shape.of(2)))
            .node("q", new ConvertOp.Quantize(), List.of("x"), "xq", codes)
            .node("dq", new ConvertOp.Dequantize(), List.of("xq"), "xr", real)
            .node("dense", dense, List.of("xr"), "d", real)
            .node("sum", new JoinOp.Add(new Clip(1, 4)), List.of("d", "xr"), "s", real)
            .node("q2", new ConvertOp.Quantize(), List.of("s"), "sq", codes)
            .node("dq2", new ConvertOp.Dequantize(), List.of("sq"), "y", real)
            .build("y");
    Graph again = read(OnnxWriter.toBytes(graph));
    assertEquals(2, graph.islands().size());
    assertEquals(4, again.islands().size());
    float[] images = {1, 1, 9, 9, -2, 0.3f, 0, 0, 0.7f, -0.4f};
    assertArrayEquals(run(graph, images), run(again, images));
    assertArrayEquals(new float[] {1, 4, 4, 4, 1, 1, 1, 1, 3.8f, 1}, run(graph, images), 1e-6f);
  }

  private static float[] run(Graph graph, float[] images) {
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph))) {
      return session.run(images, 5);
    }
  }

  @Test
  void read_ofIntegerModel_givesTheSameGraphWithPermission() throws OnnxFormatException {
    for (long seed = 0; seed < 20; seed++) {
      byte[] bytes = OnnxWriter.toBytes(RandomGraphs.draw(seed, RandomGraphs.Kind.ANY));
      GraphEquality.assertEqual(OnnxReader.read(bytes, "m"), read(bytes));
    }
  }

  @Test
  void read_ofUnquantizedModel_isRefusedWithPermissionToo() {
    ModelBuilder model =
        new ModelBuilder().input("x", 0, 3).node("Relu", List.of("x"), "y").output("y", 0, 3);
    assertEquals(
        "m.onnx: model is not quantized: none of its 1 nodes is a QuantizeLinear, DequantizeLinear or"
            + " DynamicQuantizeLinear; quantize it to QDQ format or dynamically first",
        refusal(model.bytes()));
  }

  @Test
  void read_ofModelWithQuantizedWeightsOnly_isRefusedWithPermissionToo() {
    ModelBuilder model =
        new ModelBuilder()
            .input("x", 0, 3)
            .weight("w", new long[] {3, 1}, 1f, 1, 2, 3)
            .node("Gemm", List.of("x", "w_dq"), "y")
            .output("y", 0, 1);
    assertEquals(
        "m.onnx: model is not quantized: none of its activations are, so that all of it would run in float; quantize it"
            + " to QDQ format first",
        refusal(model.bytes()));
  }

  @Test
  void read_ofUnknownOperator_isRefusedWithPermissionToo() {
    ModelBuilder model = Refusals.vector().node("Sin", List.of("x_dq"), "y").output("y", 0, 3);
    Refusals.assertStarts(
        "m.onnx: node 'sin:y' (Sin): is not supported; supported operators: ",
        refusal(model.bytes()));
  }

  @Test
  void read_ofManyClipsInFloat_isRefusedBeforeTheStackEnds() {
    ModelBuilder model =
        Refusals.vector()
            .weight("w", new long[] {3, 3}, 1f, 1, 2, 3, 4, 5, 6, 7, 8, 9)
            .node("Gemm", List.of("x_dq", "w_dq"), "r0");
    for (int i = 0; i < 50_000; i++) {
      model.node("Relu", List.of("r" + i), "r" + (i + 1));
    }
    model.node("Add", List.of("r50000", "r1"), "y").output("y", 0, 3);
    assertEquals(
        "m.onnx: node 'add:y' (Add): follows 64 clips and poolings without a QuantizeLinear",
        refusal(model.bytes()));
  }

  @ParameterizedTest
  @EnumSource(IslandModels.class)
  void read_ofRearrangedModel_givesAWritableGraphOrAFormatError(IslandModels model) {
    ModelMutator mutator = new ModelMutator(model.quantized(0.02f), 1);
    int graphs = 0;
    for (int i = 0; i < 150; i++) {
      try {
        // A reader whose own result nothing reads is not written, so the first file may hold more.
        Graph graph = read(OnnxWriter.toBytes(read(mutator.mutate())));
        GraphEquality.assertEqual(graph, read(OnnxWriter.toBytes(graph)));
        graphs++;
      } catch (OnnxFormatException e) {
        Refusals.assertStarts("m: ", e.getMessage());
      }
    }
    assertTrue(graphs > 15, "only " + graphs + " of 150 were read");
  }

  @Test
  void layerThatIsQuantizedTwice_isComputedForEach() throws OnnxFormatException, OrtException {
    byte[] bytes =
        Refusals.vector()
            .weight("w", new long[] {3, 3}, 0.1f, 1, 2, 3, 4, 5, 6, 7, 8, 9)
            .node("Gemm", List.of("x_dq", "w_dq"), "h")
            .qdq("h", 0.25f)
            .floats("s", new long[0], 0.07f)
            .node("QuantizeLinear", List.of("h", "s", "h_z"), "k")
            .node("DequantizeLinear", List.of("k", "s", "h_z"), "k_dq")
            .node("Concat", List.of("h_dq", "k_dq"), "y", OnnxNodes.integer("axis", 1))
            .anyOutput("y")
            .bytes();
    assertTrue(
        Refusals.message(bytes)
            .endsWith("'concat:y' (Concat) run in float: LoadOptions.ALLOW_FLOAT, --allow-float"));
    Graph graph = read(bytes);
    assertEquals(18, graph.integerMacs());
    GraphEquality.assertEqual(graph, read(OnnxWriter.toBytes(graph)));
    float[] x = {1, 2, 3};
    assertArrayEquals(
        OnnxRuntimeModel.reals(bytes, graph.inputs().get(0), x, 1), run(graph, "reference", x, 1));
  }

  @Test
  void layerThatIsQuantizedAndAnOutput_isComputedOnceInRealNumbers() throws OnnxFormatException {
    byte[] bytes =
        Refusals.vector()
            .weight("w", new long[] {3, 3}, 0.1f, 1, 2, 3, 4, 5, 6, 7, 8, 9)
            .node("Gemm", List.of("x_dq", "w_dq"), "h")
            .qdq("h", 0.25f)
            .output("h", 0, 3)
            .output("h_dq", 0, 3)
            .bytes();
    assertTrue(
        Refusals.message(bytes)
            .endsWith(
                "; or let real numbers pass between layers: LoadOptions.ALLOW_FLOAT, --allow-float"));
    Graph graph = read(bytes);
    assertEquals(9, graph.integerMacs());
    assertEquals(List.of(), graph.islands());
    GraphEquality.assertEqual(graph, read(OnnxWriter.toBytes(graph)));
  }

  @Test
  void load_ofFile_takesPermission(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("model.onnx");
    Files.write(file, IslandModels.SWISH.quantized(0.02f));
    assertThrows(OnnxFormatException.class, () -> QuantizedModel.load(file));
    assertEquals(2, QuantizedModel.load(file, LoadOptions.ALLOW_FLOAT).graph().islands().size());
  }

  private static Graph graph(IslandModels model) {
    try {
      return read(model.real());
    } catch (OnnxFormatException e) {
      throw new AssertionError(e);
    }
  }

  private static String refusal(byte[] bytes) {
    return assertThrows(
            OnnxFormatException.class, () -> OnnxReader.readAllowingFloat(bytes, "m.onnx"))
        .getMessage();
  }

  private static Graph read(byte[] bytes) throws OnnxFormatException {
    return OnnxReader.readAllowingFloat(bytes, "m");
  }

  private static float[] theirs(IslandModels model, byte[] bytes)
      throws OrtException, OnnxFormatException {
    return OnnxRuntimeModel.reals(bytes, read(bytes).inputs().get(0), model.images(BATCH), BATCH);
  }

  /**
   * Without optimization: ONNX Runtime's optimizer also rounds float weights next to pairs, and
   * merges neighbouring pairs, which changes codes.
   */
  private static float[] theirsAsWritten(IslandModels model, byte[] bytes)
      throws OrtException, OnnxFormatException {
    return OnnxRuntimeModel.realsAsWritten(
        bytes, read(bytes).inputs().get(0), model.images(BATCH), BATCH);
  }

  private static int apart(float[] ours, float[] theirs, float scale) {
    int apart = 0;
    for (int i = 0; i < ours.length; i++) {
      int codes = Math.round(Math.abs(ours[i] - theirs[i]) / scale);
      assertTrue(codes <= 1, "result " + i + ": " + ours[i] + ", ONNX Runtime " + theirs[i]);
      apart += codes;
    }
    return apart;
  }

  private static float[] run(Graph graph, String backend, float[] images, int batch) {
    SessionOptions options = SessionOptions.DEFAULT.withBackend(backend);
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph), options)) {
      return session.run(images, batch);
    }
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static long[] codes(float[] values, float scale) {
    return IntStream.range(0, values.length)
        .mapToLong(i -> Math.round(values[i] / scale))
        .toArray();
  }
}
