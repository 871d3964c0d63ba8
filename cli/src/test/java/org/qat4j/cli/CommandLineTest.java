package org.qat4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;
import org.qat4j.testing.Outcome;

class CommandLineTest {
  @TempDir private Path folder;

  private static Outcome execute(Object... arguments) {
    return Outcome.of(Qat4j.commandLine(), arguments);
  }

  private static void assertFails(int status, String message, Outcome outcome) {
    outcome.assertFailed(status, message);
  }

  @Test
  void noCommand_isWrongUsage() {
    assertFails(2, "qat4j: a command is required", execute());
  }

  @Test
  void unknownCommand_suggestsTheNearest() {
    Outcome outcome = execute("inspcet");

    assertFails(2, "qat4j: Unmatched argument at index 0: 'inspcet'", outcome);
    assertTrue(outcome.err().contains("Did you mean: qat4j inspect"), outcome.err());
    assertTrue(outcome.err().contains("Try 'qat4j --help'."), outcome.err());
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"run", "inspect", "bench"})
  void help_ofACommand_goesToStandardOutput(String command) {
    Outcome outcome = execute(command, "--help");

    assertEquals(0, outcome.status());
    assertTrue(outcome.out().startsWith("Usage: qat4j " + command), outcome.out());
    assertTrue(outcome.out().toLowerCase(Locale.ROOT).contains("exit status"), outcome.out());
    assertEquals("", outcome.err());
  }

  @Test
  void version_isPrinted() {
    Outcome outcome = execute("--version");

    assertEquals(0, outcome.status());
    assertTrue(outcome.out().matches("qat4j \\d+\\.\\d+\\.\\d+\\S*\\s+"), outcome.out());
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"inspect", "bench"})
  void model_missing_isAFailureThatNamesIt(String command) {
    Path model = folder.resolve("absent.onnx");
    Outcome outcome = execute(command, model);

    assertEquals(1, outcome.status());
    assertTrue(
        outcome.err().startsWith("qat4j: ") && outcome.err().contains(model.toString()),
        outcome.err());
  }

  @Test
  void model_corrupt_isAFailureThatNamesIt() throws IOException {
    Path model = Files.writeString(folder.resolve("corrupt.onnx"), "this is no model");
    Outcome outcome = execute("inspect", model);

    assertEquals(1, outcome.status());
    assertTrue(
        outcome.err().startsWith("qat4j: ") && outcome.err().contains(model.toString()),
        outcome.err());
    assertFalse(outcome.err().contains("\tat "), outcome.err());
  }

  /** A model with one float island, a sigmoid between codes. */
  private Path modelWithIsland() throws IOException {
    Tensor.Type codes = new Tensor.Codes(new QuantParams(0.01f, 0, IntRange.unsigned(8)));
    Op sigmoid = new FunctionOp.Sigmoid();
    Graph graph =
        Graph.builder("island")
            .input(Tensor.real("x", Shape.of(1, 2, 2)))
            .node("codes", new ConvertOp.Quantize(), List.of("x"), "q", codes)
            .node("reals", new ConvertOp.Dequantize(), List.of("q"), "r", new Tensor.Real())
            .node("gate", sigmoid, List.of("r"), "s", new Tensor.Real())
            .node("again", new ConvertOp.Quantize(), List.of("s"), "t", codes)
            .node("result", new ConvertOp.Dequantize(), List.of("t"), "y", new Tensor.Real())
            .build("y");
    Path file = folder.resolve("island.onnx");
    new QuantizedModel(graph).save(file);
    return file;
  }

  @Test
  void modelWithFloat_isRefusedWithTheNodeAndTheOption() throws IOException {
    Outcome outcome = execute("inspect", modelWithIsland());

    assertEquals(1, outcome.status());
    assertTrue(
        outcome
            .err()
            .contains(
                "; or let 'gate' (Sigmoid) run in float: LoadOptions.ALLOW_FLOAT, --allow-float"),
        outcome.err());
  }

  @Test
  void inspect_allowFloat_listsWhatRunsInFloat() throws IOException {
    Outcome outcome = execute("inspect", modelWithIsland(), "--allow-float");

    assertEquals(0, outcome.status(), outcome.err());
    assertTrue(outcome.out().contains("float island: no integer form was given"), outcome.out());
    assertTrue(
        outcome.out().strip().endsWith("1 of 5 operations run in float32: gate (Sigmoid)"),
        outcome.out());
  }

  @Test
  void bench_allowFloat_measures() throws IOException {
    Outcome outcome = bench(modelWithIsland(), "--allow-float");

    assertEquals(0, outcome.status(), outcome.err());
    assertTrue(
        outcome.out().lines().toList().get(7).matches("2 +1 +[\\d.]+ ms +[\\d,]+"), outcome.out());
  }

  @Test
  void bench_againstOnnxRuntime_comparesCodesAndShowsTheConditionsOfTheRatio() throws IOException {
    Path model = folder.resolve("model.onnx");
    watched(new QuantParams(0.005f, 0, new IntRange(0, 100))).save(model);

    Outcome outcome = bench(model, "--against", "onnxruntime");

    assertEquals(0, outcome.status(), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    List<String> shown = List.of("processor", "int8 peak", "JVM", "versions", "measured", "ratio");
    for (int i = 0; i < shown.size(); i++) {
      assertTrue(lines.get(i).startsWith(shown.get(i) + ":"), outcome.out());
    }
    assertTrue(lines.get(3).contains("allow_spinning=1"), lines.get(3));
    String ratio = "[\\d.]+ \\([\\d.]+–[\\d.]+\\)";
    assertTrue(
        lines
            .get(7)
            .matches(
                "2 +1 +[\\d.]+ ms +[\\d,]+ +[\\d.]+ ms +[\\d,]+ +"
                    + ratio
                    + " +2 of 2 classes agree, largest difference 0\\.0, 0 of 16 codes differ"),
        lines.get(7));
  }

  /** As short as can be: one round of batch 2. */
  private static Outcome bench(Path model, String... options) {
    List<Object> all = new ArrayList<>(List.of("bench", model));
    all.addAll(List.of(options));
    all.addAll(
        List.of("--rounds", 1, "--seconds", 0.01, "--warm-up", 0, "--batch", 2, "--threads", 1));
    return execute(all.toArray());
  }

  @Test
  void run_allowFloat_readsTheModelBeforeTheImages() throws IOException {
    Path images = folder.resolve("absent.idx");
    Outcome outcome = execute("run", modelWithIsland(), "--allow-float", "--input", images);

    assertEquals(1, outcome.status());
    assertTrue(outcome.err().contains("gives 1x2x2 numbers for an image"), outcome.err());
  }

  @Test
  void verbose_failure_addsTheStackTrace() {
    Outcome outcome = execute("inspect", folder.resolve("absent.onnx"), "--verbose");

    assertEquals(1, outcome.status());
    assertTrue(outcome.err().contains("\tat org.qat4j"), outcome.err());
  }

  @Test
  void bench_batchThatNoArrayHolds_isWrongUsage() throws IOException {
    Outcome outcome = execute("bench", modelWithIsland(), "--allow-float", "--batch", 2147483647);
    assertEquals(2, outcome.status());
    assertTrue(outcome.err().contains("do not fit one array; use fewer"), outcome.err());
  }

  @Test
  void bench_zeroThreads_isWrongUsage() {
    assertFails(
        2,
        "qat4j: --threads must be at least 1, got 0",
        execute("bench", "x.onnx", "--threads", 0));
  }

  @Test
  void run_withWatch_printsWhatEachLayerClamped() throws IOException {
    Path model = folder.resolve("model.onnx");
    // The images below reach 1.0; half of their pixels lie above 100 * 0.005.
    watched(new QuantParams(0.005f, 0, new IntRange(0, 100))).save(model);
    ByteBuffer idx = ByteBuffer.allocate(16 + 2 * 4);
    idx.putInt(0x803).putInt(2).putInt(2).putInt(2);
    idx.put(new byte[] {0, 100, (byte) 200, (byte) 255, 0, 100, (byte) 200, (byte) 255});
    Path images = folder.resolve("images.idx");
    Files.write(images, idx.array());

    Outcome outcome = execute("run", model, "--input", images, "--watch");

    assertEquals(0, outcome.status(), outcome.err());
    assertEquals(
        List.of("0\t1", "1\t1", "clamped\tquantize\t50.0000 %\t(0 low, 4 high of 8)"),
        outcome.out().lines().toList());
  }

  @Test
  void run_ofAModelThatTakesBytes_givesItThePixels() throws IOException {
    Path model = folder.resolve("bytes.onnx");
    pixels(IntRange.unsigned(8)).save(model);
    ByteBuffer idx = ByteBuffer.allocate(16 + 2 * 4);
    idx.putInt(0x803).putInt(2).putInt(2).putInt(2);
    idx.put(new byte[] {0, 100, (byte) 200, (byte) 255, 1, 2, 3, 4});
    Path images = folder.resolve("bytes.idx");
    Files.write(images, idx.array());

    Outcome outcome = execute("run", model, "--input", images);

    assertEquals(0, outcome.status(), outcome.err());
    assertEquals(List.of("0\t1", "1\t0"), outcome.out().lines().toList());
    assertTrue(execute("inspect", model).out().contains("[0, 255]"));
  }

  @Test
  void commands_onOtherCodes_sayWhatToDo() throws IOException {
    Path model = folder.resolve("signed.onnx");
    pixels(IntRange.signed(8)).save(model);
    String expected =
        "qat4j: "
            + model
            + " takes 'in' as codes [-128, 127], which this command does not; run it from a program:"
            + " InferenceSession.run(byte[], int, ...)";
    assertFails(1, expected, execute("bench", model));
    ByteBuffer idx = ByteBuffer.allocate(16 + 4);
    idx.putInt(0x803).putInt(1).putInt(2).putInt(2);
    Path images = folder.resolve("one.idx");
    Files.write(images, idx.array());
    assertFails(1, expected, execute("run", model, "--input", images));
  }

  /** Two classes of 1x2x2 codes: more than 100 in all, or not. */
  private static QuantizedModel pixels(IntRange range) {
    Tensor input = Tensor.codes("in", Shape.of(1, 2, 2), new QuantParams(1, 0, range));
    Graph.Builder graph = Graph.builder("pixels").input(input);
    graph.node("flatten", new MoveOp.Flatten(), List.of("in"), "f", input.type());
    Weights weights =
        Weights.symmetric(
            new byte[] {-1, -1, -1, -1, 1, 1, 1, 1}, new float[] {1, 1}, IntRange.signedNarrow(8));
    Op dense = new LinearOp.Dense(weights, new Bias(100, -100), Clip.NONE);
    graph.node("dense", dense, List.of("f"), "out", new Tensor.Real());
    return new QuantizedModel(graph.build("out"));
  }

  /** Two classes of 1x2x2: the sum of the pixels, negative and positive. */
  private static QuantizedModel watched(QuantParams input) {
    Graph.Builder graph = Graph.builder("watched").input(Tensor.real("in", Shape.of(1, 2, 2)));
    Tensor.Codes codes = new Tensor.Codes(input);
    graph.node("quantize", new ConvertOp.Quantize(), List.of("in"), "q", codes);
    graph.node("flatten", new MoveOp.Flatten(), List.of("q"), "f", codes);
    byte[] weights = {-1, -1, -1, -1, 1, 1, 1, 1};
    Op dense =
        new LinearOp.Dense(
            Weights.symmetric(weights, new float[] {1, 1}, IntRange.signedNarrow(8)),
            new Bias(new int[2]),
            Clip.NONE);
    graph.node("dense", dense, List.of("f"), "out", new Tensor.Real());
    return new QuantizedModel(graph.build("out"));
  }
}
