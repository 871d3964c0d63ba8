package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Graph;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Scan;

/** Recurrent layers in sessions: state, masks, batches, words. */
class RecurrentRunTest {
  private static final int FEATURES = 5;
  private static final int UNITS = 6;

  static Stream<String> backends() {
    return Backends.registered().present().stream().map(Backend::name);
  }

  private static RecurrentOp lstm(Arithmetic arithmetic, Scan scan) {
    Random random = new Random(2);
    return new RecurrentOp.Lstm(
        RecurrentGraphs.coefficients(random, arithmetic, 4 * UNITS, FEATURES),
        RecurrentGraphs.coefficients(random, arithmetic, 4 * UNITS, UNITS),
        Optional.empty(),
        scan);
  }

  private static float[] run(Graph graph, String backend, int batch, Object... arrays) {
    try (GraphRunner runner = new GraphRunner(graph, backend, 1)) {
      return runner.run(arrays, batch)[0];
    }
  }

  private static float[] words(int seed, int count) {
    float[] words = new float[count];
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      words[i] = random.nextInt(90);
    }
    return words;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void stateAcrossCalls_ofRealNumbers_equalsOneLongCall(String backend) {
    Graph graph = RecurrentGraphs.languageModel(new Random(3), Arithmetic.REALS);
    float[] words = words(4, 20);
    float[] whole = run(graph.withSteps(20), backend, 1, words);
    for (int steps : new int[] {1, 5, 10}) {
      float[] parts = new float[whole.length];
      try (GraphRunner runner = new GraphRunner(graph.withSteps(steps), backend, 1)) {
        for (int at = 0; at < 20; at += steps) {
          float[] part = runner.run(new Object[] {Arrays.copyOfRange(words, at, at + steps)}, 1)[0];
          System.arraycopy(part, 0, parts, at * 90, part.length);
        }
        assertArrayEquals(whole, parts, "calls of " + steps);
        runner.resetState();
        float[] first = runner.run(new Object[] {Arrays.copyOf(words, steps)}, 1)[0];
        assertArrayEquals(Arrays.copyOf(whole, first.length), first);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void imagesOfABatch_ofDynamicCodes_areTheSameAlone(String backend) {
    Graph graph = RecurrentGraphs.languageModel(new Random(3), Arithmetic.DYNAMIC_CODES);
    float[] words = words(5, 4 * 5);
    try (GraphRunner together = new GraphRunner(graph, backend, 2)) {
      for (int call = 0; call < 2; call++) {
        float[] all = together.run(new Object[] {words}, 4)[0];
        assertEquals(4 * 5 * 90, all.length);
        if (call == 0) {
          for (int n = 0; n < 4; n++) {
            float[] alone =
                run(graph, backend, 1, (Object) Arrays.copyOfRange(words, n * 5, n * 5 + 5));
            assertArrayEquals(
                Arrays.copyOfRange(all, n * alone.length, (n + 1) * alone.length), alone);
          }
        }
      }
    }
  }

  /** Sequences of lengths 2, 5 and 3 in one batch are what each is without the rest. */
  @ParameterizedTest
  @MethodSource("backends")
  void maskedSequences_ofEitherDirection_areThoseOfTheirLengths(String backend) {
    int[] lengths = {2, 5, 3};
    for (boolean reversed : new boolean[] {false, true}) {
      Scan scan = new Scan(reversed, false, false);
      float[] x = RecurrentGraphs.reals(new Random(6), 3 * 5 * FEATURES, 1).values();
      float[] mask = new float[3 * 5];
      for (int n = 0; n < lengths.length; n++) {
        Arrays.fill(mask, n * 5, n * 5 + lengths[n], 1);
        Arrays.fill(x, (n * 5 + lengths[n]) * FEATURES, (n + 1) * 5 * FEATURES, 0);
      }
      for (Arithmetic arithmetic : new Arithmetic[] {Arithmetic.DYNAMIC_CODES, Arithmetic.REALS}) {
        Graph masked = RecurrentGraphs.graph(lstm(arithmetic, scan.underMask()), 5);
        float[] y = run(masked, backend, 3, x, mask);
        for (int n = 0; n < lengths.length; n++) {
          int length = lengths[n];
          float[] own = Arrays.copyOfRange(x, n * 5 * FEATURES, (n * 5 + length) * FEATURES);
          Graph alone = RecurrentGraphs.graph(lstm(arithmetic, scan), length);
          float[] expected = Arrays.copyOf(run(alone, backend, 1, own), length * UNITS);
          float[] all = Arrays.copyOf(expected, 5 * UNITS);
          assertArrayEquals(
              all, Arrays.copyOfRange(y, n * 6 * UNITS, (n * 6 + 5) * UNITS), "image " + n);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {90, -1, 1.5f, Float.NaN})
  void unknownWord_isRefusedWithItsPlaceAndLeavesTheState(float word) {
    Graph graph = RecurrentGraphs.languageModel(new Random(3), Arithmetic.DYNAMIC_CODES);
    float[] words = words(5, 10);
    try (GraphRunner runner = new GraphRunner(graph, Backends.AUTO, 1);
        GraphRunner other = new GraphRunner(graph, Backends.AUTO, 1)) {
      runner.run(new Object[] {words}, 2);
      other.run(new Object[] {words}, 2);
      float[] wrong = words.clone();
      wrong[7] = word;
      var error =
          assertThrows(IllegalArgumentException.class, () -> runner.run(new Object[] {wrong}, 2));
      assertEquals(
          "input 'words': "
              + word
              + " at step 2 of image 1 is no word index, which are the integers 0 to 89",
          error.getMessage());
      assertArrayEquals(
          other.run(new Object[] {words}, 2)[0], runner.run(new Object[] {words}, 2)[0]);
    }
  }

  @Test
  void sessions_onceClosed_leaveNoNativeMemory() {
    Graph graph = RecurrentGraphs.languageModel(new Random(3), Arithmetic.DYNAMIC_CODES);
    long before = NativeScope.live();
    for (int batch = 1; batch < 4; batch++) {
      run(graph, Backends.AUTO, batch, (Object) words(1, 5 * batch));
    }
    assertEquals(before, NativeScope.live());
  }

  /** What is fast is used: words, products, steps and probabilities, on either kind of weights. */
  @Test
  void plan_ofALanguageModel_leavesNothingToTheReference() {
    for (Arithmetic arithmetic : new Arithmetic[] {Arithmetic.DYNAMIC_CODES, Arithmetic.REALS}) {
      Graph graph = RecurrentGraphs.languageModel(new Random(3), arithmetic);
      try (GraphRunner runner = new GraphRunner(graph, Backends.AUTO, 1)) {
        assertEquals(
            0,
            runner.plan().entries().stream()
                .filter(kernel -> kernel.kernel().startsWith("reference"))
                .count(),
            () -> runner.plan().toString());
      }
    }
  }
}
