package org.qat4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.qat4j.testnets.LayerNetworks;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/** Gradients of every supported layer against central differences, in double. */
class LayerGradientTest {
  private static final double STEP = 1e-6;
  private static final double DECAY = 1e-4;

  static Stream<Arguments> networks() {
    return LayerNetworks.ALL.keySet().stream()
        .sorted()
        .flatMap(name -> Stream.of(Schedule.NEVER, 0).map(freeze -> Arguments.of(name, freeze)));
  }

  private static ComputationGraph prepared(String name, int freezeStatistics) {
    Schedule schedule = new Schedule(Schedule.NEVER, freezeStatistics, Schedule.NEVER);
    ComputationGraph network =
        Qat.prepare(
            LayerNetworks.ALL.get(name).apply(5L, DataType.DOUBLE),
            QatConfig.builder().schedule(schedule).build());
    for (int i = 0; i < 3; i++) {
      network.fit(TestNetworks.data(i, 16, DataType.DOUBLE));
    }
    return network;
  }

  @ParameterizedTest(name = "{0}, statistics frozen from iteration {1}")
  @MethodSource("networks")
  void backprop_withoutQuantization_equalsCentralDifferences(String name, int freezeStatistics) {
    ComputationGraph network = prepared(name, freezeStatistics);
    DataSet data = TestNetworks.data(9, 6, DataType.DOUBLE);
    network.setInputs(data.getFeatures());
    network.setLabels(data.getLabels());
    network.computeGradientAndScore();
    Map<String, INDArray> gradients = network.gradient().gradientForVariable();
    int compared = 0;
    for (Map.Entry<String, INDArray> entry : network.paramTable().entrySet()) {
      String key = entry.getKey();
      if (!BlockParams.isStatistic(key.substring(key.lastIndexOf('_') + 1))) {
        INDArray gradient = gradients.get(key).div(data.numExamples());
        compared += compare(network, data, key, entry.getValue(), gradient);
      }
    }
    assertTrue(compared > 40, "compared " + compared);
  }

  private static int compare(
      ComputationGraph network, DataSet data, String key, INDArray parameter, INDArray gradient) {
    // Weight decay is in the score, but the updater adds it to the gradient.
    double decay = key.endsWith("_W") ? DECAY : 0;
    int compared = 0;
    for (long i = 0; i < parameter.length(); i += 1 + parameter.length() / 4) {
      double original = parameter.getDouble(i);
      double plus = score(network, data, parameter, i, original + STEP);
      double minus = score(network, data, parameter, i, original - STEP);
      parameter.putScalar(i, original);
      double expected = (plus - minus) / (2 * STEP) - decay * original;
      double tolerance = 1e-6 + 1e-4 * Math.abs(expected);
      assertEquals(expected, gradient.getDouble(i), tolerance, key + "[" + i + "]");
      compared++;
    }
    return compared;
  }

  private static double score(
      ComputationGraph network, DataSet data, INDArray parameter, long index, double value) {
    parameter.putScalar(index, value);
    return network.score(data, true);
  }
}
