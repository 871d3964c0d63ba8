package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;

/** Recurrent networks in files: read as written, and run by ONNX Runtime. */
class RecurrentFileTest {
  /** ONNX Runtime's sigmoid and tanh are others in the last bits, so that codes of h may differ. */
  private static final float NEAR = 0.02f;

  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void read_ofWrittenRecurrentGraph_givesTheSameGraphAndBytes(long seed) throws Exception {
    Graph graph = RecurrentGraphs.draw(seed);
    byte[] bytes = OnnxWriter.toBytes(graph);
    Graph again = OnnxReader.readAllowingFloat(bytes, "model.onnx");
    GraphEquality.assertEqual(graph, again);
    assertArrayEquals(bytes, OnnxWriter.toBytes(again));
  }

  @Test
  void run_ofWrittenRecurrentGraphs_agreesWithOnnxRuntimeOnOneImage() throws Exception {
    int near = 0;
    float most = 0;
    long[] seeds = seeds().toArray();
    for (long seed : seeds) {
      float difference = difference(RecurrentGraphs.draw(seed), seed);
      near += difference < 1e-5f ? 1 : 0;
      most = Math.max(most, difference);
    }
    float worst = most;
    assertTrue(worst < NEAR, () -> "differs by " + worst);
    assertTrue(near > seeds.length * 9 / 10, "only " + near + " agree but for the last bits");
  }

  /** The largest difference in three calls, one after the other. */
  private static float difference(Graph graph, long seed) throws Exception {
    byte[] file = OnnxWriter.toBytes(graph);
    Random random = new Random(seed);
    Map<Tensor, float[]> inputs = new HashMap<>();
    graph.states().forEach(s -> inputs.put(s.input(), new float[s.input().shape().elements()]));
    float most = 0;
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph))) {
      for (int call = 0; call < 3; call++) {
        Map<String, Object> given = new HashMap<>();
        for (Tensor input : graph.inputs()) {
          float[] numbers = numbers(random, input);
          inputs.put(input, numbers);
          given.put(input.name(), numbers);
        }
        Map<String, float[]> theirs = OnnxRuntimeModel.asWritten(file, inputs, 1);
        String output = graph.outputs().get(0).name();
        float[] ours = session.run(given, 1).get(output);
        for (int i = 0; i < ours.length; i++) {
          most = Math.max(most, Math.abs(ours[i] - theirs.get(output)[i]));
        }
        graph.states().forEach(s -> inputs.put(s.input(), theirs.get(s.output().name())));
      }
    }
    return most;
  }

  private static float[] numbers(Random random, Tensor input) {
    float[] numbers = new float[input.shape().elements()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] =
          input.name().equals("mask")
              ? random.nextInt(2)
              : input.shape().channels() == 1
                  ? random.nextInt(RecurrentGraphs.WORDS)
                  : (float) random.nextGaussian();
    }
    return numbers;
  }
}
