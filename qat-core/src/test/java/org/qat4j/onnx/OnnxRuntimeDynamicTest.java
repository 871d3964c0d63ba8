package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;
import org.qat4j.scheme.IntRange;

/** Dynamic codes, sequences of them and state in files; for one image the numbers are ONNX's. */
class OnnxRuntimeDynamicTest {
  private static final int IN = 24;
  private static final int OUT = 5;

  private static Graph graph(byte[] outputsFirst, float[] scales, float[] bias) {
    Weights weights = Weights.symmetric(outputsFirst, scales, IntRange.signed(8));
    return Graph.builder("dynamic")
        .input(Tensor.real("x", Shape.of(IN)))
        .node(
            "quantize",
            new ConvertOp.QuantizeDynamic(),
            List.of("x"),
            "c",
            new Tensor.DynamicCodes())
        .node(
            "dense",
            new LinearOp.Dense(weights, new Reals(bias), Clip.NONE),
            List.of("c"),
            "y",
            new Tensor.Real())
        .build("y");
  }

  /** The same as other tools write it, with the weights' scales behind the input's. */
  private static byte[] model(byte[] outputsFirst, float[] scales, float[] bias) {
    int[] inputsFirst = new int[IN * OUT];
    for (int i = 0; i < inputsFirst.length; i++) {
      inputsFirst[i] = outputsFirst[i % OUT * IN + i / OUT];
    }
    return new ModelBuilder()
        .input("x", 0, IN)
        .codes("w", IntegerType.INT8, new long[] {IN, OUT}, inputsFirst)
        .floats("ws", new long[] {OUT}, scales)
        .floats("b", new long[] {OUT}, bias)
        .node(OnnxNodes.node("DynamicQuantizeLinear", "dq", "c", "x").addOutput("s").addOutput("z"))
        .node("MatMulInteger", List.of("c", "w", "z"), "acc")
        .node("Cast", List.of("acc"), "f", OnnxNodes.integer("to", DataType.FLOAT.getNumber()))
        .node("Mul", List.of("s", "ws"), "m")
        .node("Mul", List.of("f", "m"), "p")
        .node("Add", List.of("p", "b"), "y")
        .output("y", 0, OUT)
        .bytes();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void dynamicDense_ofOneImage_equalsOnnxRuntime(long seed) throws Exception {
    Random random = new Random(seed);
    byte[] weights = new byte[IN * OUT];
    random.nextBytes(weights);
    float[] scales = new float[OUT];
    float[] bias = new float[OUT];
    float[] image = new float[IN];
    for (int o = 0; o < OUT; o++) {
      scales[o] = 0.001f + random.nextFloat() / 50;
      bias[o] = (float) random.nextGaussian();
    }
    for (int i = 0; i < IN; i++) {
      image[i] = (float) random.nextGaussian() + (seed % 3 - 1) * 2;
    }
    Graph graph = graph(weights, scales, bias);
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph))) {
      assertArrayEquals(
          OnnxRuntimeModel.realsAsWritten(
              model(weights, scales, bias), graph.inputs().get(0), image, 1),
          session.run(image, 1));
    }
  }

  static LongStream seeds() {
    return LongStream.range(0, 100);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void read_ofWrittenDynamicGraph_givesTheSameGraphAndBytes(long seed) throws Exception {
    Graph graph = DynamicGraphs.draw(seed);
    byte[] bytes = OnnxWriter.toBytes(graph);
    Graph again = OnnxReader.readAllowingFloat(bytes, "model.onnx");
    GraphEquality.assertEqual(graph, again);
    assertArrayEquals(bytes, OnnxWriter.toBytes(again));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void run_ofWrittenDynamicGraph_givesOnnxRuntimesNumbersForOneImage(long seed) throws Exception {
    Graph graph = DynamicGraphs.draw(seed);
    boolean exact = graph.nodes().stream().noneMatch(n -> n.op() instanceof ChannelOp.Softmax);
    byte[] file = OnnxWriter.toBytes(graph);
    Random random = new Random(seed);
    Map<Tensor, float[]> inputs = new HashMap<>();
    graph.states().forEach(s -> inputs.put(s.input(), new float[s.input().shape().elements()]));
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph))) {
      for (int call = 0; call < 3; call++) {
        float[] x = new float[graph.inputs().get(0).shape().elements()];
        for (int i = 0; i < x.length; i++) {
          x[i] = (float) random.nextGaussian();
        }
        inputs.put(graph.inputs().get(0), x);
        Map<String, float[]> theirs = OnnxRuntimeModel.asWritten(file, inputs, 1);
        assertArrayEquals(
            theirs.get(graph.outputs().get(0).name()), session.run(x, 1), exact ? 0 : 1e-6f);
        graph.states().forEach(s -> inputs.put(s.input(), theirs.get(s.output().name())));
      }
    }
  }

  @Test
  void write_ofWeightsOf16Bits_isRefusedWithWhatToDo() {
    Weights weights =
        new Weights(new short[] {300}, new float[] {1}, new int[1], IntRange.signed(16));
    Graph graph =
        Graph.builder("wide")
            .input(Tensor.real("x", Shape.of(1)))
            .node(
                "quantize",
                new ConvertOp.QuantizeDynamic(),
                List.of("x"),
                "c",
                new Tensor.DynamicCodes())
            .node(
                "dense",
                new LinearOp.Dense(weights, new Reals(0), Clip.NONE),
                List.of("c"),
                "y",
                new Tensor.Real())
            .build("y");
    assertEquals(
        "node 'dense' has weights [-32768, 32767], but MatMulInteger multiplies 8-bit ones only:"
            + " quantize them to 8 bits or fewer",
        assertThrows(IllegalArgumentException.class, () -> OnnxWriter.toBytes(graph)).getMessage());
  }
}
