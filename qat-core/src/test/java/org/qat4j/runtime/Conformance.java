package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Shape;

/** Compares a backend with the reference, and as a program does so for a whole process. */
final class Conformance {
  private Conformance() {}

  /** Compares a registered backend. */
  static void assertSame(Graph graph, String backend, Random random, int batch) {
    assertSame(graph, Choice.of(backend), random, batch);
  }

  /** Compares the codes of every tensor, then the results of the merged kernels. */
  static void assertSame(Graph graph, Choice choice, Random random, int batch) {
    float[][] images = new float[graph.inputs().size()][];
    for (int i = 0; i < images.length; i++) {
      images[i] = TestGraphs.reals(random, graph, i, batch);
    }
    try (GraphRunner expected = new GraphRunner(graph, "reference", 1);
        GraphRunner actual = runner(graph, choice, 1)) {
      Map<String, int[]> expectedCodes = expected.trace(images, batch);
      Map<String, int[]> actualCodes = actual.trace(images, batch);
      assertEquals(expectedCodes.keySet(), actualCodes.keySet());
      expectedCodes.forEach(
          (tensor, codes) ->
              assertArrayEquals(
                  codes, actualCodes.get(tensor), () -> tensor + "\n" + actual.plan()));
      float[] results = run(expected, images, batch);
      assertArrayEquals(results, run(actual, images, batch), () -> actual.plan().toString());
      assertDividedSame(graph, choice, images, batch, results);
      assertChannelsLastSame(graph, choice, images, batch, results);
    }
  }

  /** The same from arrays that lie channels last, to such an array. */
  private static void assertChannelsLastSame(
      Graph graph, Choice choice, float[][] images, int batch, float[] expected) {
    float[][] last = new float[images.length][];
    for (int i = 0; i < images.length; i++) {
      last[i] = channelsLast(images[i], graph.inputs().get(i).shape());
    }
    try (GraphRunner runner =
        new GraphRunner(
            graph, choice, 1, Optional.empty(), Limits.DEFAULT, CallerLayouts.CHANNELS_LAST)) {
      assertArrayEquals(
          channelsLast(expected, graph.outputs().get(0).shape()),
          run(runner, last, batch),
          () -> "channels last\n" + runner.plan());
    }
  }

  /** Images in that order; features and sequences have one order only. */
  private static float[] channelsLast(float[] images, Shape shape) {
    if (!shape.isImage()) {
      return images;
    }
    float[] last = new float[images.length];
    int pixels = shape.height() * shape.width();
    for (int i = 0; i < images.length; i++) {
      int image = i / shape.elements();
      int channel = i / pixels % shape.channels();
      last[(image * pixels + i % pixels) * shape.channels() + channel] = images[i];
    }
    return last;
  }

  /** One image on several threads, which divide its layers. */
  private static void assertDividedSame(
      Graph graph, Choice choice, float[][] images, int batch, float[] expected) {
    float[][] first = new float[images.length][];
    for (int i = 0; i < images.length; i++) {
      first[i] = Arrays.copyOf(images[i], images[i].length / batch);
    }
    for (int threads : new int[] {2, 3}) {
      try (GraphRunner runner = runner(graph, choice, threads)) {
        assertArrayEquals(
            Arrays.copyOf(expected, expected.length / batch),
            run(runner, first, 1),
            () -> runner.plan().toString());
      }
    }
  }

  private static GraphRunner runner(Graph graph, Choice choice, int threads) {
    return new GraphRunner(
        graph, choice, threads, Optional.empty(), Limits.DEFAULT, CallerLayouts.CHANNELS_FIRST);
  }

  private static float[] run(GraphRunner runner, float[][] images, int batch) {
    float[] results = new float[batch * runner.outputs().get(0).shape().elements()];
    runner.run(images, batch, new float[][] {results});
    return results;
  }

  /**
   * Runs every n-th case, all recurrent layers, and the seeds below the given number, on oneDNN.
   * Prints the instruction set and how many were compared, or fails with the first difference.
   *
   * @param args n and the number of seeds
   */
  public static void main(String[] args) {
    int step = Integer.parseInt(args[0]);
    int seeds = Integer.parseInt(args[1]);
    int compared = 0;
    List<ConformanceCases.Case> cases = ConformanceCases.all();
    for (int i = 0; i < cases.size(); i += step) {
      assertSame(cases.get(i).graph(), "onednn", new Random(i), 2);
      compared++;
    }
    for (Graph graph : RecurrentGraphs.all().values()) {
      assertSame(graph, "onednn", new Random(compared), 2);
      compared++;
    }
    for (long seed = 1; seed <= seeds; seed++) {
      assertSame(TestGraphs.randomNetwork(seed), "onednn", new Random(seed), 1);
      Graph convolution = RandomConvolutions.of(seed).orElse(TestGraphs.randomNetwork(-seed));
      assertSame(convolution, "onednn", new Random(seed), 2);
      compared += 2;
    }
    System.out.println("compared " + compared + " without a difference");
  }
}
