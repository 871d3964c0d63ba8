package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.onnx.write.OnnxWriter;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** What has no file of its own: for one image, dynamic codes are ONNX's; the rest is refused. */
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

  private static String refusal(Graph graph) {
    return assertThrows(IllegalArgumentException.class, () -> OnnxWriter.toBytes(graph))
        .getMessage();
  }

  @Test
  void write_ofDynamicCodes_isRefusedWithTheReason() {
    assertEquals(
        "node 'quantize' computes the scale of each image by itself, but DynamicQuantizeLinear one"
            + " scale for the whole batch: the file would give other numbers for batches of more than"
            + " one image; quantize with a calibrated range",
        refusal(graph(new byte[IN * OUT], new float[] {1, 1, 1, 1, 1}, new float[OUT])));
  }

  @Test
  void write_ofState_isRefusedWithWhatToDo() {
    Tensor.Type real = new Tensor.Real();
    Graph graph =
        Graph.builder("sum")
            .input(Tensor.real("x", Shape.of(2)))
            .input(Tensor.real("h", Shape.of(2)))
            .node("add", new JoinOp.Add(Clip.NONE), List.of("x", "h"), "y", real)
            .state("h", "y")
            .build("y");
    assertEquals(
        "state 'h' is kept between calls, which an ONNX file cannot say: write the graph with 'h' as"
            + " an input and 'y' as an output",
        refusal(graph));
  }

  @Test
  void write_ofASequence_isRefused() {
    QuantParams params = new QuantParams(1, 0, IntRange.unsigned(8));
    Tensor x = Tensor.codes("x", Shape.of(2, 3), params);
    Graph graph =
        Graph.builder("sequence")
            .input(x)
            .node("copy", new MoveOp.Identity(), List.of("x"), "y", x.type())
            .build("y");
    assertEquals(
        "tensor 'x' is a sequence 2x3, which has no form in a file yet; features and images have",
        refusal(graph));
  }
}
