package org.qat4j.layers.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;
import static org.qat4j.layers.recurrent.RecurrentEqualityTest.assertClose;
import static org.qat4j.layers.recurrent.RecurrentNetworks.embedding;
import static org.qat4j.layers.recurrent.RecurrentNetworks.graves;
import static org.qat4j.layers.recurrent.RecurrentNetworks.lstm;
import static org.qat4j.layers.recurrent.RecurrentNetworks.network;
import static org.qat4j.layers.recurrent.RecurrentNetworks.output;
import static org.qat4j.layers.recurrent.RecurrentNetworks.simple;
import static org.qat4j.layers.recurrent.RecurrentNetworks.words;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/** State from one call to the next is that of the original. */
class RecurrentStateTest {
  private static final double TOLERANCE = 1e-10;
  private static final LayerWorkspaceMgr WORKSPACE = LayerWorkspaceMgr.noWorkspaces();

  private static MultiLayerNetwork original(DataType type) {
    return network(
        type,
        builder -> {},
        list -> list.backpropType(BackpropType.TruncatedBPTT).tBPTTLength(3),
        embedding(4),
        lstm(4, 6).build(),
        graves(6, 5).build(),
        simple(5, 3).build(),
        output(3).build());
  }

  private static MultiLayerNetwork fast(MultiLayerNetwork original) {
    return Qat.prepare(original, QatConfig.floatingPoint());
  }

  static Stream<Arguments> types() {
    return Stream.of(Arguments.of(DataType.DOUBLE, TOLERANCE), Arguments.of(DataType.FLOAT, 2e-5));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("types")
  void rnnTimeStep_severalCalls_equalTheOriginal(DataType type, double tolerance) {
    MultiLayerNetwork stock = original(type);
    MultiLayerNetwork fast = fast(stock);
    INDArray words = words(type, 2, 7).getFeatures();
    for (int[] part : new int[][] {{0, 1}, {1, 4}, {4, 7}}) {
      INDArray steps = words.get(all(), all(), interval(part[0], part[1])).dup('c');
      assertClose(stock.rnnTimeStep(steps), fast.rnnTimeStep(steps), tolerance, "part");
    }
    for (String state : List.of("prevAct", "prevMem")) {
      assertClose(
          stock.rnnGetPreviousState(1).get(state),
          fast.rnnGetPreviousState(1).get(state),
          tolerance,
          state);
    }
    fast.rnnClearPreviousState();
    INDArray first = words.get(all(), all(), interval(0, 1)).dup('c');
    assertClose(
        fast.output(first), fast.rnnTimeStep(first).reshape(2, -1, 1), tolerance, "cleared");
  }

  @Test
  void rnnTimeStep_stateOfAnotherBatch_isRefused() {
    MultiLayerNetwork fast = fast(original(DataType.FLOAT));
    fast.rnnTimeStep(words(DataType.FLOAT, 2, 1).getFeatures());
    IllegalStateException refusal =
        assertThrows(
            IllegalStateException.class,
            () -> fast.rnnTimeStep(words(DataType.FLOAT, 3, 1).getFeatures()));
    assertTrue(refusal.getMessage().contains("'layer1'"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("rnnClearPreviousState"), refusal.getMessage());
  }

  /** As each layer does it: the network's own step ignores the state when it goes back. */
  @ParameterizedTest(name = "{0} steps back")
  @ValueSource(ints = {5, 3, 1})
  void tbpttBackprop_fromAState_equalsTheOriginals(int length) {
    MultiLayerNetwork stock = original(DataType.DOUBLE);
    MultiLayerNetwork fast = fast(stock);
    for (int layer = 1; layer <= 2; layer++) {
      long features = layer == 1 ? 4 : 6;
      long units = layer == 1 ? 6 : 5;
      INDArray input = Nd4j.rand(DataType.DOUBLE, 2, features, 5).subi(0.5);
      INDArray epsilon = Nd4j.rand(DataType.DOUBLE, 2, units, 5).subi(0.5);
      Map<String, INDArray> state =
          Map.of(
              "prevAct", Nd4j.rand(DataType.DOUBLE, 2, units),
              "prevMem", Nd4j.rand(DataType.DOUBLE, 2, units));
      Pair<Gradient, INDArray> expected = backprop(stock, layer, input, epsilon, state, length);
      Map<String, INDArray> gradients = copies(expected);
      Pair<Gradient, INDArray> actual = backprop(fast, layer, input, epsilon, state, length);
      gradients.forEach(
          (key, value) ->
              assertClose(value, actual.getFirst().getGradientFor(key), TOLERANCE, key));
      assertClose(expected.getSecond(), actual.getSecond(), TOLERANCE, "input");
    }
  }

  private static Map<String, INDArray> copies(Pair<Gradient, INDArray> of) {
    return of.getFirst().gradientForVariable().entrySet().stream()
        .collect(
            java.util.stream.Collectors.toMap(Map.Entry::getKey, each -> each.getValue().dup()));
  }

  private static Pair<Gradient, INDArray> backprop(
      MultiLayerNetwork network,
      int index,
      INDArray input,
      INDArray epsilon,
      Map<String, INDArray> state,
      int length) {
    network.initGradientsView();
    RecurrentLayer layer = (RecurrentLayer) network.getLayer(index);
    layer.rnnSetPreviousState(state);
    layer.rnnSetTBPTTState(state);
    layer.rnnActivateUsingStoredState(input, true, true, WORKSPACE);
    return layer.tbpttBackpropGradient(epsilon, length, WORKSPACE);
  }

  @Test
  void fit_truncated_goesOnFromTheState() {
    MultiLayerNetwork fast = fast(original(DataType.DOUBLE));
    DataSet data = words(DataType.DOUBLE, 2, 7);
    double before = fast.score(data);
    for (int i = 0; i < 30; i++) {
      fast.fit(data);
    }
    assertTrue(fast.score(data) < 0.8 * before, before + " to " + fast.score(data));
    assertEquals(90, fast.getIterationCount());
  }

  /** The gradient of a later part of a sequence is that of its loss from the state so far. */
  @Test
  void gradient_fromAState_equalsCentralDifferences() {
    MultiLayerNetwork fast = fast(original(DataType.DOUBLE));
    INDArray input = words(DataType.DOUBLE, 2, 3).getFeatures();
    INDArray labels = words(new java.util.Random(9), DataType.DOUBLE, 2, 3).getLabels();
    for (String key : List.of("1_W", "1_RW", "2_RW", "3_RW", "4_W", "0_W")) {
      INDArray parameter = fast.getParam(key);
      // A copy, before the next step overwrites it.
      INDArray gradient = step(fast, input, labels).get(key).dup('f');
      for (long i = 0; i < parameter.length(); i += 1 + parameter.length() / 5) {
        double value = parameter.getDouble(i);
        parameter.putScalar(i, value + 1e-5);
        step(fast, input, labels);
        double plus = fast.score();
        parameter.putScalar(i, value - 1e-5);
        step(fast, input, labels);
        double minus = fast.score();
        parameter.putScalar(i, value);
        assertEquals((plus - minus) / 2e-5, gradient.getDouble(i) / 2, 1e-7, key + i);
      }
    }
  }

  private static Map<String, INDArray> step(
      MultiLayerNetwork network, INDArray input, INDArray labels) {
    for (int layer = 1; layer <= 3; layer++) {
      long units = new long[] {6, 5, 3}[layer - 1];
      INDArray state = Nd4j.linspace(DataType.DOUBLE, -0.5, 0.1, 2 * units).reshape(2, units);
      ((RecurrentLayer) network.getLayer(layer))
          .rnnSetTBPTTState(
              layer == 3
                  ? Map.of("prevAct", state)
                  : Map.of("prevAct", state, "prevMem", state.mul(2)));
    }
    network.setInput(input);
    network.setLabels(labels);
    network.computeGradientAndScore();
    return network.gradient().gradientForVariable();
  }
}
