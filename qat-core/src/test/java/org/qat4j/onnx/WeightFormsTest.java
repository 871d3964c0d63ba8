package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.Graph;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;
import org.qat4j.runtime.WeightForms;
import org.qat4j.scheme.QuantParams;

/** Weights of 1 to 16 bits, symmetric or not, under activations of 1 to 16 bits. */
class WeightFormsTest {
  private static final int BATCH = 3;

  static Stream<Arguments> graphs() {
    return WeightForms.all().entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("graphs")
  void read_ofWrittenWeights_givesTheSameGraph(String name, Graph graph)
      throws OnnxFormatException {
    GraphEquality.assertEqual(graph, OnnxReader.read(OnnxWriter.toBytes(graph), name + ".onnx"));
  }

  /** It computes in float32, where sums of 16-bit codes are not exact: one code at most. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("graphs")
  void onnxRuntime_onWrittenWeights_differsByOneCodeAtMost(String name, Graph graph)
      throws OrtException {
    QuantParams input = graph.tensor("q0").params();
    float[] images = new float[BATCH * graph.inputs().get(0).shape().elements()];
    Random random = new Random(name.hashCode());
    for (int i = 0; i < images.length; i++) {
      int code = input.range().min() + random.nextInt(input.range().steps() + 1);
      images[i] = input.dequantize(code);
    }
    float[] theirs =
        OnnxRuntimeModel.realsAsWritten(
            OnnxWriter.toBytes(graph), graph.inputs().get(0), images, BATCH);
    QuantParams output = graph.tensor("y").params();
    try (InferenceSession session =
        InferenceSession.open(new QuantizedModel(graph), SessionOptions.DEFAULT)) {
      float[] ours = session.run(images, BATCH);
      int distinct = 0;
      for (int i = 0; i < ours.length; i++) {
        int code = output.quantize(ours[i]);
        assertEquals(code, output.quantize(theirs[i]), 1, name + " at " + i);
        distinct += code != output.range().min() && code != output.range().max() ? 1 : 0;
      }
      assertTrue(distinct > ours.length / 4, "codes are clamped: " + distinct + " are not");
    }
  }
}
