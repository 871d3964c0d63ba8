package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.Graph;

/** Every registered backend equals the reference, code for code and bit for bit. */
class BackendConformanceTest {
  static Stream<Arguments> everyBackendOnEveryCase() {
    return Backends.present().stream()
        .filter(backend -> !backend.name().equals("reference"))
        .flatMap(
            backend ->
                ConformanceCases.all().stream()
                    .map(c -> Arguments.of(backend.name(), c.name(), c.graph())));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("everyBackendOnEveryCase")
  void backend_onCase_equalsReference(String backend, String name, Graph graph) {
    assertSame(graph, backend, new Random(name.hashCode()), 3);
  }

  static Stream<Arguments> everyBackendOnSeeds() {
    return Backends.present().stream()
        .filter(backend -> !backend.name().equals("reference"))
        .flatMap(
            backend ->
                Stream.iterate(1L, seed -> seed + 1)
                    .limit(60)
                    .map(seed -> Arguments.of(backend.name(), seed)));
  }

  @ParameterizedTest(name = "{0}: seed {1}")
  @MethodSource("everyBackendOnSeeds")
  void backend_onRandomNetwork_equalsReference(String backend, long seed) {
    assertSame(TestGraphs.randomNetwork(seed), backend, new Random(-seed), 2);
  }

  @Test
  void registry_onThisMachine_holdsTheReferenceAndAFasterBackend() {
    List<String> present = Backends.present().stream().map(Backend::name).toList();
    assertTrue(present.contains("reference"), present::toString);
    assertTrue(present.contains("onednn"), present::toString);
    assertEquals("onednn", present.get(0));
  }

  private static void assertSame(Graph graph, String backend, Random random, int batch) {
    float[][] images = new float[graph.inputs().size()][];
    for (int i = 0; i < images.length; i++) {
      images[i] = TestGraphs.reals(random, graph, i, batch);
    }
    try (GraphRunner expected = new GraphRunner(graph, "reference", 1);
        GraphRunner actual = new GraphRunner(graph, backend, 1)) {
      Map<String, int[]> expectedCodes = expected.trace(images, batch);
      Map<String, int[]> actualCodes = actual.trace(images, batch);
      assertEquals(expectedCodes.keySet(), actualCodes.keySet());
      expectedCodes.forEach(
          (tensor, codes) ->
              assertArrayEquals(
                  codes, actualCodes.get(tensor), () -> tensor + "\n" + actual.plan()));
      assertArrayEquals(
          run(expected, images, batch), run(actual, images, batch), () -> actual.plan().toString());
    }
  }

  private static float[] run(GraphRunner runner, float[][] images, int batch) {
    float[] results = new float[batch * runner.outputs().get(0).shape().elements()];
    runner.run(images, batch, new float[][] {results});
    return results;
  }
}
