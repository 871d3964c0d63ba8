package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.GateFunction;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Reals;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Scan;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;

/** Recurrent layers of real numbers against PyTorch's: src/test/python/recurrent.py. */
class RecurrentGoldenTest {
  private static final int BATCH = 2;
  private static final int TIME = 6;
  private static final int UNITS = 4;
  private static final int[] FROM_IFGO = {0, 3, 1, 2};

  private static Map<String, float[]> golden() throws IOException {
    Map<String, float[]> golden = new HashMap<>();
    try (var in = RecurrentGoldenTest.class.getResourceAsStream("/runtime/recurrent.csv");
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(",", -1);
        float[] numbers = new float[words.length - 1];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = Float.parseFloat(words[i + 1]);
        }
        golden.put(words[0], numbers);
      }
    }
    return golden;
  }

  static Stream<String> backends() {
    return Backends.registered().present().stream().map(Backend::name);
  }

  /** PyTorch's gates in the order of ours; nothing changes where there is one. */
  private static float[] rows(float[] weights, int gates) {
    float[] ordered = weights.clone();
    int size = weights.length / gates;
    for (int gate = 0; gate < gates; gate++) {
      int from = gates == 1 ? 0 : FROM_IFGO[gate];
      System.arraycopy(weights, from * size, ordered, gate * size, size);
    }
    return ordered;
  }

  private static Coefficients coefficients(
      Map<String, float[]> golden, String layer, String part, String suffix, int gates) {
    return new Coefficients.OfReals(
        new Reals(rows(golden.get(layer + ".weight_" + part + suffix), gates)),
        new Reals(rows(golden.get(layer + ".bias_" + part + suffix), gates)));
  }

  private static RecurrentOp layer(Map<String, float[]> golden, String name, boolean reversed) {
    String suffix = reversed ? "_l0_reverse" : "_l0";
    int gates = name.equals("lstm") ? RecurrentOp.Lstm.GATES : 1;
    Coefficients input = coefficients(golden, name, "ih", suffix, gates);
    Coefficients recurrent = coefficients(golden, name, "hh", suffix, gates);
    Scan scan = new Scan(reversed, true, false);
    return switch (name) {
      case "lstm" -> new RecurrentOp.Lstm(input, recurrent, Optional.empty(), scan);
      case "tanh" -> new RecurrentOp.SimpleRnn(input, recurrent, GateFunction.TANH, scan);
      default -> new RecurrentOp.SimpleRnn(input, recurrent, GateFunction.RELU, scan);
    };
  }

  /** Rows of a direction, image by image. */
  private static float[] state(Map<String, float[]> golden, String name, int direction, int rows) {
    float[] state = new float[BATCH * rows * UNITS];
    for (int n = 0; n < BATCH; n++) {
      for (int row = 0; row < rows; row++) {
        float[] from = golden.get(name + (row == 0 ? ".h" : ".c"));
        System.arraycopy(
            from, (direction * BATCH + n) * UNITS, state, (n * rows + row) * UNITS, UNITS);
      }
    }
    return state;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void layers_inBothDirections_equalPyTorchs(String backend) throws IOException {
    Map<String, float[]> golden = golden();
    for (String name : List.of("lstm", "tanh", "relu")) {
      for (int direction = 0; direction < 2; direction++) {
        RecurrentOp op = layer(golden, name, direction == 1);
        float[] state = state(golden, name, direction, op.stateRows());
        float[] y;
        try (GraphRunner runner = new GraphRunner(RecurrentGraphs.graph(op, TIME), backend, 1)) {
          y = runner.run(new Object[] {golden.get("x"), state}, BATCH)[0];
        }
        int rows = TIME + op.stateRows() - 1;
        for (int n = 0; n < BATCH; n++) {
          for (int t = 0; t < TIME; t++) {
            int at = ((n * TIME + t) * 2 + direction) * UNITS;
            assertArrayEquals(
                Arrays.copyOfRange(golden.get(name + ".y"), at, at + UNITS),
                Arrays.copyOfRange(y, (n * rows + t) * UNITS, (n * rows + t + 1) * UNITS),
                2e-6f,
                name + " " + direction + " step " + t);
          }
          if (rows > TIME) {
            int at = (direction * BATCH + n) * UNITS;
            assertArrayEquals(
                Arrays.copyOfRange(golden.get(name + ".last_c"), at, at + UNITS),
                Arrays.copyOfRange(y, (n * rows + TIME) * UNITS, (n + 1) * rows * UNITS),
                2e-6f,
                name + " cells " + direction);
          }
        }
      }
    }
  }

  /** The worked example of docs/numerics.md. */
  @Test
  void lstm_ofTheExample_givesItsNumbers() {
    RecurrentOp op =
        new RecurrentOp.Lstm(
            new Coefficients.OfReals(new Reals(1, 2, 3, 4), new Reals(new float[4])),
            new Coefficients.OfReals(new Reals(new float[4]), new Reals(new float[4])),
            Optional.empty(),
            Scan.FORWARD.fromState());
    Graph graph = RecurrentGraphs.graph(op, 1);
    assertEquals(Tensor.real("x", Shape.of(1, 1)), graph.inputs().get(0));
    try (GraphRunner runner = new GraphRunner(graph, "reference", 1)) {
      float[] y = runner.run(new Object[] {new float[] {1}, new float[] {0, 0.5f}}, 1)[0];
      assertArrayEquals(new float[] {0.736f, 1.207f}, y, 5e-4f);
    }
  }
}
