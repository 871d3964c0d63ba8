package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.graph.Graph;

/** Every registered backend equals the reference, code for code and bit for bit. */
class BackendConformanceTest {
  static Stream<Arguments> everyBackendOnEveryCase() {
    return Backends.registered().present().stream()
        .filter(backend -> !backend.name().equals("reference"))
        .flatMap(
            backend ->
                ConformanceCases.all().stream()
                    .map(c -> Arguments.of(backend.name(), c.name(), c.graph())));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("everyBackendOnEveryCase")
  void backend_onCase_equalsReference(String backend, String name, Graph graph) {
    Conformance.assertSame(graph, backend, new Random(name.hashCode()), 3);
  }

  static Stream<Arguments> everyBackendOnSeeds() {
    return Backends.registered().present().stream()
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
    Conformance.assertSame(TestGraphs.randomNetwork(seed), backend, new Random(-seed), 2);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void onednn_onRandomConvolutions_equalsReference(long hundred) {
    for (long seed = 100 * hundred; seed < 100 * (hundred + 1); seed++) {
      Random random = new Random(seed);
      RandomConvolutions.of(seed)
          .ifPresent(graph -> Conformance.assertSame(graph, "onednn", random, 2));
    }
  }

  @Test
  void registry_onThisMachine_holdsTheReferenceAndAFasterBackend() {
    List<String> present = Backends.registered().present().stream().map(Backend::name).toList();
    assertTrue(present.contains("reference"), present::toString);
    assertTrue(present.contains("onednn"), present::toString);
    assertEquals("onednn", present.get(0));
  }
}
