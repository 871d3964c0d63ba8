package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Node;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ONNX Runtime, on the files that are written, is the second opinion on what each operation
 * computes.
 */
class OnnxRuntimeAgreementTest {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxRuntimeAgreementTest.class);
  private static final SessionOptions REFERENCE = SessionOptions.DEFAULT.withBackend("reference");
  private static final int BATCH = 4;
  private static final Set<Class<? extends Op>> COPIES =
      Set.of(PoolOp.MaxPool.class, MoveOp.Flatten.class, MoveOp.Pad.class, MoveOp.Upsample.class);

  /** Codes compared and codes that differ, by operation. */
  private static final Map<String, long[]> COUNTS = new TreeMap<>();

  static LongStream seeds() {
    return LongStream.range(0, 60);
  }

  @AfterAll
  static void report() {
    COUNTS.forEach(
        (op, counts) -> LOG.info("{}: {} of {} codes differ by 1", op, counts[1], counts[0]));
  }

  /**
   * Each node alone, on the codes that it reads in the network, so that differences do not add up.
   */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void node_onOnnxRuntime_differsByOneCodeAtMost(long seed) throws OrtException {
    Graph graph = RandomGraphs.draw(seed, RandomGraphs.Kind.PORTABLE);
    Map<String, int[]> codes = trace(graph, images(graph, seed));
    for (Node node : graph.nodes()) {
      List<Tensor> inputs = graph.inputsOf(node);
      Tensor output = graph.outputOf(node);
      if (output.isCodes() && inputs.stream().allMatch(Tensor::isCodes)) {
        compare(
            node,
            codes.get(output.name()),
            OnnxRuntimeModel.codes(alone(node, graph), codes, BATCH));
      }
    }
  }

  private static Graph alone(Node node, Graph graph) {
    Graph.Builder alone = Graph.builder("alone");
    graph.inputsOf(node).stream().distinct().forEach(alone::input);
    return alone
        .node(node.name(), node.op(), node.inputs(), node.output(), graph.outputOf(node).type())
        .build(node.output());
  }

  private static void compare(Node node, int[] ours, int[] theirs) {
    assertEquals(ours.length, theirs.length, node.name());
    boolean copies = COPIES.contains(node.op().getClass());
    int differing = 0;
    for (int i = 0; i < ours.length; i++) {
      int difference = Math.abs(ours[i] - theirs[i]);
      int index = i;
      assertTrue(
          difference <= (copies ? 0 : 1),
          () ->
              node.name()
                  + " code "
                  + index
                  + ": "
                  + ours[index]
                  + ", ONNX Runtime "
                  + theirs[index]);
      differing += difference;
    }
    long[] counts = COUNTS.computeIfAbsent(node.op().getClass().getSimpleName(), op -> new long[2]);
    counts[0] += ours.length;
    counts[1] += differing;
  }

  /**
   * The class may differ where the two best scores are as good as equal, and differences of codes
   * may tip the scale.
   */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void network_onOnnxRuntime_choosesTheSameClass(long seed) throws OrtException {
    Graph graph = RandomGraphs.draw(seed, RandomGraphs.Kind.PORTABLE);
    float[] images = images(graph, seed);
    float[] ours;
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph), REFERENCE)) {
      ours = session.run(images, BATCH);
    }
    float[] theirs = OnnxRuntimeModel.reals(graph, images, BATCH);
    int classes = graph.outputs().get(0).shape().elements();
    float tolerance = tolerance(graph);
    for (int image = 0; image < BATCH; image++) {
      int best = best(ours, image, classes);
      int theirBest = best(theirs, image, classes);
      float gap = ours[image * classes + best] - ours[image * classes + theirBest];
      assertTrue(
          gap <= tolerance,
          "image " + image + ": class " + best + ", ONNX Runtime " + theirBest + ", gap " + gap);
    }
  }

  private static float tolerance(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof ConvertOp.Dequantize)
        .map(node -> 2 * graph.inputsOf(node).get(0).params().scale())
        .findFirst()
        .orElse(0.05f);
  }

  private static int best(float[] scores, int image, int classes) {
    return IntStream.range(0, classes)
        .reduce((a, b) -> scores[image * classes + b] > scores[image * classes + a] ? b : a)
        .orElseThrow();
  }

  private static Map<String, int[]> trace(Graph graph, float[] images) {
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph), REFERENCE)) {
      return session.trace(images, BATCH);
    }
  }

  private static float[] images(Graph graph, long seed) {
    Random random = new Random(seed);
    float[] images = new float[BATCH * graph.inputs().get(0).shape().elements()];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return images;
  }
}
