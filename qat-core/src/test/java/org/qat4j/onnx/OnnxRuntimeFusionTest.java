package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.onnx.write.OnnxWriter;

/**
 * ONNX Runtime opens what is written, and its optimizer finds an integer kernel for every layer.
 */
class OnnxRuntimeFusionTest {
  private static final int BATCH = 3;
  private static final Set<String> FLOAT_LAYERS =
      Set.of(
          "Conv",
          "FusedConv",
          "Gemm",
          "FusedGemm",
          "MatMul",
          "Add",
          "Concat",
          "AveragePool",
          "GlobalAveragePool",
          "LeakyRelu");

  @TempDir Path folder;

  static LongStream seeds() {
    return LongStream.range(0, 60);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void onnxRuntime_ofWrittenGraph_keepsNoLayerInFloat(long seed) throws IOException, OrtException {
    Graph graph = RandomGraphs.draw(seed, RandomGraphs.Kind.PORTABLE);
    Path optimized = folder.resolve("optimized.onnx");
    try (SessionOptions options = new SessionOptions();
        OrtSession session = open(graph, optimized, options)) {
      List<NodeProto> nodes =
          ModelProto.parseFrom(Files.readAllBytes(optimized)).getGraph().getNodeList();
      List<String> ops = nodes.stream().map(NodeProto::getOpType).toList();
      assertEquals(Set.of(), readersOfReals(nodes), () -> "of " + ops);
      assertEquals(
          List.of(), ops.stream().filter(FLOAT_LAYERS::contains).toList(), () -> "of " + ops);
      assertEquals(
          count(graph, LinearOp.Conv.class), ops.stream().filter("QLinearConv"::equals).count());
      assertEquals(
          count(graph, LinearOp.Dense.class), ops.stream().filter("QGemm"::equals).count());
      assertArrayEquals(outputShape(graph), run(session, graph.inputs().get(0).shape()));
    }
  }

  /**
   * What reads dequantized codes, other than the QuantizeLinear of a change of scale and the
   * Softmax at the end.
   */
  private static Set<String> readersOfReals(List<NodeProto> nodes) {
    Set<String> dequantized =
        nodes.stream()
            .filter(node -> node.getOpType().equals("DequantizeLinear"))
            .map(node -> node.getOutput(0))
            .collect(Collectors.toSet());
    Set<String> readers =
        nodes.stream()
            .filter(node -> node.getInputList().stream().anyMatch(dequantized::contains))
            .map(NodeProto::getOpType)
            .collect(Collectors.toSet());
    readers.removeAll(Set.of("QuantizeLinear", "Softmax"));
    return readers;
  }

  private static OrtSession open(Graph graph, Path optimized, SessionOptions options)
      throws OrtException {
    options.setOptimizationLevel(SessionOptions.OptLevel.EXTENDED_OPT);
    options.setOptimizedModelFilePath(optimized.toString());
    return OrtEnvironment.getEnvironment().createSession(OnnxWriter.toBytes(graph), options);
  }

  private static long count(Graph graph, Class<? extends Op> op) {
    return graph.nodes().stream().filter(node -> op.isInstance(node.op())).count();
  }

  private static long[] run(OrtSession session, Shape shape) throws OrtException {
    long[] dims = {BATCH, shape.channels(), shape.height(), shape.width()};
    FloatBuffer image = FloatBuffer.allocate(BATCH * shape.elements());
    try (OnnxTensor input = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), image, dims);
        OrtSession.Result result = session.run(Map.of("image", input))) {
      return ((OnnxTensor) result.get(0)).getInfo().getShape();
    }
  }

  private static long[] outputShape(Graph graph) {
    return new long[] {BATCH, graph.outputs().get(0).shape().channels()};
  }
}
