package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.scheme.QuantParams;

/**
 * An LSTM cell with dynamic quantization (Hochreiter and Schmidhuber 1997, with the forget gate of
 * Gers et al. 2000) of operations that there are, against its formulas.
 */
class LstmCellTest {
  private static final int IN = 3;
  private static final int HIDDEN = 2;
  private static final String[] GATES = {"i", "f", "o", "g"};
  private static final Tensor.Type REAL = new Tensor.Real();
  private static final Reals BIAS = new Reals(0.1f, -0.2f);

  private static Weights weights(int gate) {
    return TestGraphs.weights(new Random(gate), HIDDEN, IN + HIDDEN, TestGraphs.S8, true);
  }

  private static FunctionOp function(int gate) {
    return gate == 3 ? new FunctionOp.Tanh() : new FunctionOp.Sigmoid();
  }

  private static Graph cell() {
    Graph.Builder graph =
        Graph.builder("lstm")
            .input(Tensor.real("x", Shape.of(IN)))
            .input(Tensor.real("h", Shape.of(HIDDEN)))
            .input(Tensor.real("c", Shape.of(HIDDEN)))
            .node("concat", new JoinOp.Concat(), List.of("x", "h"), "xh", REAL)
            .node(
                "quantize",
                new ConvertOp.QuantizeDynamic(),
                List.of("xh"),
                "codes",
                new Tensor.DynamicCodes());
    for (int gate = 0; gate < GATES.length; gate++) {
      String name = GATES[gate];
      LinearOp dense = new LinearOp.Dense(weights(gate), BIAS, Clip.NONE);
      graph.node("dense_" + name, dense, List.of("codes"), "z_" + name, REAL);
      graph.node("gate_" + name, function(gate), List.of("z_" + name), name, REAL);
    }
    return graph
        .node("forget", new JoinOp.Mul(), List.of("f", "c"), "kept", REAL)
        .node("learn", new JoinOp.Mul(), List.of("i", "g"), "new", REAL)
        .node("add", new JoinOp.Add(Clip.NONE), List.of("kept", "new"), "c1", REAL)
        .node("tanh", new FunctionOp.Tanh(), List.of("c1"), "t", REAL)
        .node("output", new JoinOp.Mul(), List.of("o", "t"), "h1", REAL)
        .state("h", "h1")
        .state("c", "c1")
        .build("h1");
  }

  /** One image's states after each call, by the formulas. */
  private static float[][] expected(float[][] calls) {
    float[][] results = new float[calls.length][HIDDEN];
    float[] h = new float[HIDDEN];
    float[] c = new float[HIDDEN];
    for (int call = 0; call < calls.length; call++) {
      float[] xh = Arrays.copyOf(calls[call], IN + HIDDEN);
      System.arraycopy(h, 0, xh, IN, HIDDEN);
      float[][] gates = new float[GATES.length][HIDDEN];
      for (int gate = 0; gate < GATES.length; gate++) {
        for (int j = 0; j < HIDDEN; j++) {
          gates[gate][j] = function(gate).apply(sum(xh, weights(gate), j));
        }
      }
      for (int j = 0; j < HIDDEN; j++) {
        c[j] = gates[1][j] * c[j] + gates[0][j] * gates[3][j];
        h[j] = gates[2][j] * new FunctionOp.Tanh().apply(c[j]);
        results[call][j] = h[j];
      }
    }
    return results;
  }

  private static float sum(float[] xh, Weights weights, int output) {
    float low = 0;
    float high = 0;
    for (float x : xh) {
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
    QuantParams params = Tensor.DynamicCodes.params(low, high);
    int acc = 0;
    for (int i = 0; i < xh.length; i++) {
      acc += (params.quantize(xh[i]) - params.zeroPoint()) * weights.code(output, i);
    }
    return acc * (params.scale() * weights.scale(output)) + BIAS.at(output);
  }

  static Stream<String> backends() {
    return Backends.registered().present().stream().map(Backend::name);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void lstmCell_overCalls_equalsItsFormulas(String backend) {
    int batch = 5;
    Random random = new Random(3);
    float[][][] images = new float[batch][6][IN];
    float[][][] expected = new float[batch][][];
    for (int n = 0; n < batch; n++) {
      for (float[] call : images[n]) {
        for (int i = 0; i < IN; i++) {
          call[i] = (float) random.nextGaussian() * (n + 1);
        }
      }
      expected[n] = expected(images[n]);
    }
    try (GraphRunner runner = new GraphRunner(cell(), backend, 2)) {
      for (int call = 0; call < 6; call++) {
        float[] together = new float[batch * IN];
        float[] wanted = new float[batch * HIDDEN];
        for (int n = 0; n < batch; n++) {
          System.arraycopy(images[n][call], 0, together, n * IN, IN);
          System.arraycopy(expected[n][call], 0, wanted, n * HIDDEN, HIDDEN);
        }
        assertArrayEquals(wanted, runner.run(new Object[] {together}, batch)[0], "call " + call);
      }
    }
  }

  @Test
  void lstmCell_ofDynamicQuantization_multipliesIntegersOnly() {
    Graph graph = cell();
    assertEquals((long) GATES.length * HIDDEN * (IN + HIDDEN), graph.macs());
    assertEquals(graph.macs(), graph.integerMacs());
  }
}
