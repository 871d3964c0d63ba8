package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Bias;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.EveryOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Law: reading what was written gives the graph that was written. */
class OnnxRoundTripTest {

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void read_ofWrittenGraph_givesTheSameGraphAndBytes(long seed) throws OnnxFormatException {
    Graph graph = RandomGraphs.draw(seed, RandomGraphs.Kind.ANY);
    byte[] bytes = OnnxWriter.toBytes(graph);
    Graph again = OnnxReader.read(bytes, "model.onnx");
    GraphEquality.assertEqual(graph, again);
    assertArrayEquals(bytes, OnnxWriter.toBytes(again));
  }

  /** Nothing computes with these codes, so that only the file can say what they stand for. */
  @Test
  void read_ofWrittenCodesThatAreOnlyMoved_givesTheSameGraph() throws OnnxFormatException {
    QuantParams params = new QuantParams(0.5f, 3, IntRange.unsigned(8));
    Graph.Builder builder = Graph.builder("moved");
    builder.input(Tensor.codes("x", Shape.of(2, 3, 4), params));
    builder.node("flat", new MoveOp.Flatten(), List.of("x"), "y", new Tensor.Codes(params));
    Graph graph = builder.build("y");
    GraphEquality.assertEqual(graph, OnnxReader.read(OnnxWriter.toBytes(graph), "model.onnx"));
  }

  @Test
  void read_ofWrittenSequenceOfCodes_givesTheSameGraph() throws OnnxFormatException {
    Tensor.Type codes = new Tensor.Codes(new QuantParams(0.5f, 3, IntRange.unsigned(8)));
    Tensor.Type real = new Tensor.Real();
    Weights weights =
        new Weights(
            new short[] {1, 2, 3, 4, 5, 6}, new float[] {1, 2}, new int[2], IntRange.signed(8));
    LinearOp dense = new LinearOp.Dense(weights, new Bias(7, -7), Clip.RELU);
    LinearOp last = new LinearOp.Dense(new Reals(1, 2, 3, 4), new Reals(5, 6), Clip.NONE);
    Graph graph =
        Graph.builder("sequence")
            .input(Tensor.real("x", Shape.of(4, 3)))
            .node("quantize", new ConvertOp.Quantize(), List.of("x"), "c", codes)
            .node("dense", dense, List.of("c"), "d", codes)
            .node("steps", new MoveOp.Steps(-3, 3), List.of("d"), "s", codes)
            .node("reals", new ConvertOp.Dequantize(), List.of("s"), "r", real)
            .node("last", last, List.of("r"), "z", real)
            .node("softmax", new ChannelOp.Softmax(), List.of("z"), "y", real)
            .build("y");
    byte[] bytes = OnnxWriter.toBytes(graph);
    GraphEquality.assertEqual(graph, OnnxReader.readAllowingFloat(bytes, "model.onnx"));
  }

  @Test
  void randomGraphs_overAllSeeds_holdEveryIntegerOperationOnImages() {
    Set<Class<?>> drawn = new HashSet<>();
    seeds()
        .mapToObj(seed -> RandomGraphs.draw(seed, RandomGraphs.Kind.ANY))
        .forEach(graph -> graph.nodes().forEach(node -> drawn.add(node.op().getClass())));
    Set<Class<?>> integer = new HashSet<>(EveryOp.in(Arithmetic.CODES));
    integer.remove(MoveOp.Steps.class);
    integer.addAll(Set.of(ConvertOp.Quantize.class, ChannelOp.Softmax.class));
    assertEquals(integer, drawn);
  }

  @Test
  void write_toFile_isWhatToBytesGives(@TempDir Path folder) throws IOException {
    Graph graph = RandomGraphs.draw(1, RandomGraphs.Kind.ANY);
    Path file = folder.resolve("model.onnx");
    OnnxWriter.write(graph, file);
    assertArrayEquals(OnnxWriter.toBytes(graph), Files.readAllBytes(file));
    GraphEquality.assertEqual(graph, OnnxReader.read(file));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }
}
