package org.qat4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/** Gradients of prepared networks against central differences, in double. */
class BlockGradientTest {
  private static final double STEP = 1e-6;

  private static MultiLayerNetwork prepared(Schedule schedule) {
    MultiLayerNetwork original = TestNetworks.multiLayer(5, DataType.DOUBLE);
    for (int i = 0; i < 3; i++) {
      original.fit(TestNetworks.data(i, 16, DataType.DOUBLE));
    }
    return Qat.prepare(original, QatConfig.builder().schedule(schedule).build());
  }

  private static double score(MultiLayerNetwork network, DataSet data) {
    return network.score(data, true);
  }

  @ParameterizedTest(name = "statistics frozen from iteration {0}")
  @ValueSource(ints = {Schedule.NEVER, 0})
  void backprop_withoutQuantization_equalsCentralDifferences(int freezeStatistics) {
    MultiLayerNetwork network =
        prepared(new Schedule(Schedule.NEVER, freezeStatistics, Schedule.NEVER));
    DataSet data = TestNetworks.data(9, 8, DataType.DOUBLE);
    network.setInput(data.getFeatures());
    network.setLabels(data.getLabels());
    network.computeGradientAndScore();
    Map<String, INDArray> gradients = network.gradient().gradientForVariable();
    int compared = 0;
    for (Map.Entry<String, INDArray> entry : network.paramTable().entrySet()) {
      String key = entry.getKey();
      if (BlockParams.isStatistic(key.substring(key.indexOf('_') + 1))) {
        continue;
      }
      INDArray parameter = entry.getValue();
      // DL4J layers sum over the batch, and weight decay is added by the updater.
      INDArray gradient = gradients.get(key).div(data.numExamples());
      boolean decays = key.endsWith("_W");
      for (long i = 0; i < parameter.length(); i += 1 + parameter.length() / 7) {
        double original = parameter.getDouble(i);
        parameter.putScalar(i, original + STEP);
        double plus = score(network, data);
        parameter.putScalar(i, original - STEP);
        double minus = score(network, data);
        parameter.putScalar(i, original);
        double expected = (plus - minus) / (2 * STEP) - (decays ? 1e-4 * original : 0);
        assertEquals(
            expected, gradient.getDouble(i), 1e-6 + 1e-4 * Math.abs(expected), key + "[" + i + "]");
        compared++;
      }
    }
    assertTrue(compared > 40, "compared " + compared);
  }

  /** The straight-through estimator differentiates as if rounding were the identity. */
  @Test
  void backprop_sixteenTimesFinerCodes_approachesTheFloatGradient() {
    DataSet data = TestNetworks.data(9, 8, DataType.DOUBLE);
    double coarse = distanceToFloatGradient(4, data);
    double fine = distanceToFloatGradient(8, data);
    assertTrue(fine < coarse / 4, "4 bits: " + coarse + ", 8 bits: " + fine);
  }

  @Test
  void backprop_branchingGraph_equalsTheOriginal() {
    DataSet data = TestNetworks.data(9, 8, DataType.FLOAT);
    ComputationGraph original = TestNetworks.residual(5);
    Schedule never = Schedule.FLOAT;
    ComputationGraph prepared = Qat.prepare(original, QatConfig.builder().schedule(never).build());
    for (String parameter : List.of("stem_W", "stem_b", "a_W", "b_W")) {
      INDArray expected = gradient(original, parameter, data);
      INDArray actual = gradient(prepared, parameter, data);
      double error = expected.distance2(actual) / expected.norm2Number().doubleValue();
      assertTrue(error < 1e-5, parameter + ": relative error " + error);
    }
  }

  private static INDArray gradient(ComputationGraph network, String parameter, DataSet data) {
    network.setInputs(data.getFeatures());
    network.setLabels(data.getLabels());
    network.computeGradientAndScore();
    return network.gradient().getGradientFor(parameter).dup();
  }

  private static double distanceToFloatGradient(int bits, DataSet data) {
    MultiLayerNetwork original = TestNetworks.multiLayer(5, DataType.DOUBLE);
    INDArray reference = weightGradient(original, 0, data);
    MultiLayerNetwork quantized =
        Qat.prepare(original, QatConfig.builder().weightBits(bits).activationBits(bits).build());
    INDArray gradient = weightGradient(quantized, 1, data);
    return gradient.distance2(reference) / reference.norm2Number().doubleValue();
  }

  private static INDArray weightGradient(MultiLayerNetwork network, int layer, DataSet data) {
    network.setInput(data.getFeatures());
    network.setLabels(data.getLabels());
    network.computeGradientAndScore();
    Gradient gradient = network.gradient();
    return gradient.getGradientFor(layer + "_W").dup();
  }
}
