package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.distribution.ConstantDistribution;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.conf.weightnoise.WeightNoise;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;

/**
 * Deeplearning4j's rules for updates reach what is trained in a prepared network, and nothing else.
 */
class UpdateRulesTest {
  private static final DataSet BATCH = TestNetworks.data(1, 16, DataType.FLOAT);

  private static MultiLayerNetwork prepared(Consumer<NeuralNetConfiguration.Builder> settings) {
    return Qat.prepare(
        TestNetworks.multiLayer(7, DataType.FLOAT, settings), QatConfig.builder().build());
  }

  private static boolean isStatistic(String key) {
    return key.matches("\\d+_(range|mean|var|log10stdev)");
  }

  private static void assertSameStatistics(MultiLayerNetwork expected, MultiLayerNetwork actual) {
    int compared = 0;
    for (Map.Entry<String, INDArray> entry : expected.paramTable().entrySet()) {
      if (isStatistic(entry.getKey())) {
        assertEquals(entry.getValue(), actual.getParam(entry.getKey()), entry.getKey());
        compared++;
      }
    }
    assertEquals(5 + 4, compared, "ranges, means and variances");
  }

  private static void assertDeploysWhatItInfers(MultiLayerNetwork network) {
    INDArray images = TestNetworks.data(70, 24, DataType.FLOAT).getFeatures();
    assertEquals(6, Parity.requireSameCodes(network, Qat.convert(network), images));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(GradientNormalization.class)
  void fit_gradientNormalization_leavesRunningEstimatesAlone(GradientNormalization rule) {
    MultiLayerNetwork plain = prepared(settings -> settings.updater(new Sgd(0.1)));
    MultiLayerNetwork ruled =
        prepared(
            settings ->
                settings
                    .updater(new Sgd(0.1))
                    .gradientNormalization(rule)
                    .gradientNormalizationThreshold(1e-3));
    plain.fit(BATCH);
    ruled.fit(BATCH);
    assertSameStatistics(plain, ruled);
    if (rule != GradientNormalization.None) {
      assertNotEquals(plain.getParam("1_W"), ruled.getParam("1_W"));
    }
    assertDeploysWhatItInfers(ruled);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(GradientNormalization.class)
  void fit_gradientNormalizationInGraph_leavesRunningEstimatesAlone(GradientNormalization rule) {
    ComputationGraph plain =
        Qat.prepare(
            TestNetworks.graph(7, settings -> settings.updater(new Sgd(0.1))), QatConfig.int8());
    ComputationGraph ruled =
        Qat.prepare(
            TestNetworks.graph(
                7,
                settings ->
                    settings
                        .updater(new Sgd(0.1))
                        .gradientNormalization(rule)
                        .gradientNormalizationThreshold(1e-3)),
            QatConfig.int8());
    plain.fit(BATCH);
    ruled.fit(BATCH);
    for (String key : List.of("conv_mean", "conv_log10stdev", "conv_range", "dense_range")) {
      assertEquals(plain.getParam(key), ruled.getParam(key), key);
    }
    boolean same = plain.getParam("conv_W").equals(ruled.getParam("conv_W"));
    assertEquals(rule == GradientNormalization.None, same);
  }

  /** In the block's gradient only; its length is what the rule says. */
  @Test
  void fit_clipL2PerLayer_stepHasTheThresholdLength() {
    MultiLayerNetwork network =
        prepared(
            settings ->
                settings
                    .l2(0)
                    .updater(new Sgd(1))
                    .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                    .gradientNormalizationThreshold(1e-3));
    MultiLayerNetwork before = network.clone();
    network.fit(BATCH);
    double squared = 0;
    for (String key : new String[] {"1_W", "1_b", "1_gamma", "1_beta"}) {
      squared += Math.pow(network.getParam(key).distance2(before.getParam(key)), 2);
    }
    assertEquals(1e-3, Math.sqrt(squared), 1e-6);
  }

  @Test
  void fit_regularization_pullsOnlyWeights() {
    MultiLayerNetwork plain = prepared(settings -> settings.l2(0).updater(new Sgd(0.1)));
    MultiLayerNetwork ruled =
        prepared(settings -> settings.l2(0).updater(new Sgd(0.1)).l1(0.2).weightDecay(0.3));
    plain.fit(BATCH);
    ruled.fit(BATCH);
    for (Map.Entry<String, INDArray> entry : plain.paramTable().entrySet()) {
      boolean same = entry.getValue().equals(ruled.getParam(entry.getKey()));
      assertEquals(!entry.getKey().endsWith("_W"), same, entry.getKey());
    }
  }

  @Test
  void fit_maxNorm_holdsTheWeights() {
    MultiLayerNetwork network =
        prepared(settings -> settings.constrainWeights(new MaxNormConstraint(0.1, 1)));
    network.fit(BATCH);
    INDArray norms = network.getParam("1_W").norm2(1);
    assertTrue(norms.maxNumber().doubleValue() <= 0.1 + 1e-5, "norms " + norms);
  }

  @Test
  void fit_constraintOfBatchNorm_holdsInTheBlockButNotForRunningEstimates() {
    NonNegativeConstraint constraint = new NonNegativeConstraint();
    constraint.setParams(Set.of("beta", "log10stdev"));
    MultiLayerNetwork original = TestNetworks.multiLayer(7, DataType.FLOAT);
    original.getLayer(1).conf().getLayer().setConstraints(List.of(constraint));
    MultiLayerNetwork ruled = Qat.prepare(original, QatConfig.int8());
    MultiLayerNetwork plain = prepared(settings -> {});
    plain.fit(BATCH);
    ruled.fit(BATCH);
    assertSameStatistics(plain, ruled);
    assertTrue(plain.getParam("1_beta").minNumber().doubleValue() < 0);
    assertTrue(plain.getParam("1_log10stdev").minNumber().doubleValue() < 0);
    assertTrue(ruled.getParam("1_beta").minNumber().doubleValue() >= 0);
  }

  @Test
  void fit_dropoutAndDropConnect_deploysWhatItInfers() {
    MultiLayerNetwork network =
        prepared(settings -> settings.dropOut(0.8).weightNoise(new DropConnect(0.9)));
    for (int i = 0; i < 5; i++) {
      network.fit(TestNetworks.data(i, 16, DataType.FLOAT));
    }
    assertDeploysWhatItInfers(network);
  }

  @Test
  void fit_weightNoiseOnBiases_reachesTheBias() {
    MultiLayerNetwork weightsOnly = prepared(settings -> settings.weightNoise(noise(false)));
    MultiLayerNetwork both = prepared(settings -> settings.weightNoise(noise(true)));
    weightsOnly.fit(BATCH);
    both.fit(BATCH);
    double difference =
        both.getParam("3_range").getDouble(1) - weightsOnly.getParam("3_range").getDouble(1);
    assertEquals(0.5, difference, 1e-5, "the largest value behind the bias");
  }

  private static WeightNoise noise(boolean applyToBias) {
    return new WeightNoise(new ConstantDistribution(0.5), applyToBias, true);
  }

  @Test
  void fit_learningRateSchedule_stopsWhereItSays() {
    MultiLayerNetwork network =
        prepared(
            settings ->
                settings.updater(
                    new Sgd(
                        new MapSchedule.Builder(ScheduleType.ITERATION)
                            .add(0, 0.1)
                            .add(1, 0.0)
                            .build())));
    network.fit(BATCH);
    INDArray trained = network.getParam("1_W").dup();
    INDArray range = network.getParam("1_range").dup();
    network.fit(BATCH);
    assertEquals(trained, network.getParam("1_W"));
    assertEquals(range.getDouble(2) + 1, network.getParam("1_range").getDouble(2), "batches");
  }

  @Test
  void setLearningRate_zero_stopsAllThatIsTrained() {
    MultiLayerNetwork network = prepared(settings -> settings.updater(new Sgd(0.1)));
    network.fit(BATCH);
    MultiLayerNetwork before = network.clone();
    network.setLearningRate(0);
    network.fit(TestNetworks.data(2, 16, DataType.FLOAT));
    for (Map.Entry<String, INDArray> entry : before.paramTable().entrySet()) {
      boolean same = entry.getValue().equals(network.getParam(entry.getKey()));
      assertEquals(!isStatistic(entry.getKey()), same, entry.getKey());
    }
  }

  @ParameterizedTest(name = "workspaces {0}")
  @EnumSource(
      value = WorkspaceMode.class,
      names = {"NONE", "ENABLED"})
  void fit_workspaceMode_changesNoNumber(WorkspaceMode mode) {
    MultiLayerNetwork reference = prepared(settings -> {});
    MultiLayerNetwork network =
        prepared(settings -> settings.trainingWorkspaceMode(mode).inferenceWorkspaceMode(mode));
    for (int i = 0; i < 3; i++) {
      reference.fit(TestNetworks.data(i, 16, DataType.FLOAT));
      network.fit(TestNetworks.data(i, 16, DataType.FLOAT));
    }
    assertEquals(reference.params(), network.params());
    assertEquals(reference.output(BATCH.getFeatures()), network.output(BATCH.getFeatures()));
  }
}
