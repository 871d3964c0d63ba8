package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryType;
import org.deeplearning4j.nn.conf.memory.MemoryUseMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.qat4j.layers.Schedule;
import org.qat4j.quantizers.Observation;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;

class TrainingStateTest {
  private static final int OUTPUT_OF_FIRST_BLOCK = 1;

  private static MultiLayerNetwork prepared(Schedule schedule) {
    return Qat.prepare(
        TestNetworks.multiLayer(7, DataType.FLOAT), QatConfig.builder().schedule(schedule).build());
  }

  private static void fit(MultiLayerNetwork network, int from, int to) {
    for (int i = from; i < to; i++) {
      network.fit(TestNetworks.data(i, 16, DataType.FLOAT));
    }
  }

  private static INDArray state(MultiLayerNetwork network, String key) {
    return network.getLayer(OUTPUT_OF_FIRST_BLOCK).getParam(key).dup();
  }

  @Test
  void fit_brightestQuadrant_isLearnedUnderFakeQuantization() {
    MultiLayerNetwork network = prepared(Schedule.IMMEDIATE);
    DataSet held = TestNetworks.data(1000, 200, DataType.FLOAT);
    fit(network, 0, 40);
    assertTrue(network.score(held, true) < 0.5, "loss " + network.score(held, true));
  }

  @Test
  void restore_midTraining_continuesBitForBit(@TempDir Path folder) throws Exception {
    MultiLayerNetwork uninterrupted = prepared(new Schedule(2, 6, 7));
    fit(uninterrupted, 0, 5);
    File file = folder.resolve("qat.zip").toFile();
    ModelSerializer.writeModel(uninterrupted, file, true);
    MultiLayerNetwork resumed = ModelSerializer.restoreMultiLayerNetwork(file, true);
    fit(uninterrupted, 5, 10);
    fit(resumed, 5, 10);
    assertEquals(uninterrupted.params(), resumed.params());
  }

  @Test
  void configuration_throughJsonAndYaml_isUnchanged() {
    MultiLayerConfiguration configuration =
        prepared(new Schedule(1, 2, 3)).getLayerWiseConfigurations();
    assertEquals(configuration, MultiLayerConfiguration.fromJson(configuration.toJson()));
    assertEquals(configuration, MultiLayerConfiguration.fromYaml(configuration.toYaml()));
  }

  @Test
  void clone_prepared_trainsApart() {
    MultiLayerNetwork network = prepared(Schedule.IMMEDIATE);
    fit(network, 0, 2);
    MultiLayerNetwork clone = network.clone();
    INDArray range = state(network, "range");
    fit(clone, 2, 6);
    assertEquals(range, state(network, "range"));
    assertNotEquals(range, state(clone, "range"));
  }

  @Test
  void setParams_ofAnother_bringsItsRangesToo() {
    MultiLayerNetwork network = prepared(Schedule.IMMEDIATE);
    fit(network, 0, 3);
    MultiLayerNetwork other = prepared(Schedule.IMMEDIATE);
    other.setParams(network.params());
    INDArray images = TestNetworks.data(99, 16, DataType.FLOAT).getFeatures();
    assertEquals(network.output(images), other.output(images));
    assertEquals(6, Parity.requireSameCodes(other, Qat.convert(other), images));
  }

  @Test
  void memoryReport_prepared_countsTheParameters() {
    MultiLayerNetwork network = prepared(Schedule.IMMEDIATE);
    MemoryReport report =
        network.getLayerWiseConfigurations().getMemoryReport(InputType.convolutional(10, 10, 2));
    long bytes =
        report.getMemoryBytes(
            MemoryType.PARAMETERS, 1, MemoryUseMode.INFERENCE, CacheMode.NONE, DataType.FLOAT);
    assertEquals(network.numParams() * 4, bytes);
    assertTrue(network.summary().contains("QuantizedBlockLayer"));
  }

  @Test
  void range_firstBatchThenMovingAverage_followsTheBatches() {
    MultiLayerNetwork network =
        Qat.prepare(
            TestNetworks.multiLayer(7, DataType.FLOAT),
            QatConfig.builder().ranges(Observation.DEFAULT.withRate(0.25)).build());
    DataSet first = TestNetworks.data(0, 16, DataType.FLOAT);
    DataSet second = TestNetworks.data(1, 16, DataType.FLOAT);
    network.fit(first);
    network.fit(second);
    INDArray range = network.getLayer(0).getParam("range");
    double expected = 0.75 * max(first) + 0.25 * max(second);
    assertEquals(expected, range.getDouble(1), 1e-5);
    assertEquals(2, range.getDouble(2));
  }

  @Test
  void range_minMax_keepsTheLargestOfAllBatches() {
    MultiLayerNetwork network =
        Qat.prepare(
            TestNetworks.multiLayer(7, DataType.FLOAT),
            QatConfig.builder().ranges(Observation.minMax()).build());
    double largest = 0;
    for (int i = 0; i < 3; i++) {
      DataSet batch = TestNetworks.data(i, 16, DataType.FLOAT);
      network.fit(batch);
      largest = Math.max(largest, max(batch));
    }
    assertEquals(largest, network.getLayer(0).getParam("range").getDouble(1), 1e-6);
  }

  private static double max(DataSet data) {
    return data.getFeatures().maxNumber().doubleValue();
  }

  @Test
  void schedule_frozen_statisticsAndRangesStay() {
    MultiLayerNetwork network = prepared(new Schedule(0, 3, 3));
    fit(network, 0, 3);
    INDArray mean = state(network, "mean");
    INDArray deviation = state(network, "log10stdev");
    INDArray range = state(network, "range");
    fit(network, 3, 6);
    assertEquals(mean, state(network, "mean"));
    assertEquals(deviation, state(network, "log10stdev"));
    assertEquals(range.getFloat(1), state(network, "range").getFloat(1));
  }

  /** In double, because Adam turns a rounding error of a tiny gradient into a whole step. */
  @Test
  void schedule_beforeQuantization_trainsAsTheOriginal() {
    MultiLayerNetwork original = TestNetworks.multiLayer(7, DataType.DOUBLE);
    Schedule never = Schedule.FLOAT;
    MultiLayerNetwork network = Qat.prepare(original, QatConfig.builder().schedule(never).build());
    for (int i = 0; i < 3; i++) {
      original.fit(TestNetworks.data(i, 16, DataType.DOUBLE));
      network.fit(TestNetworks.data(i, 16, DataType.DOUBLE));
    }
    INDArray images = TestNetworks.data(99, 16, DataType.DOUBLE).getFeatures();
    INDArray difference = network.output(images).sub(original.output(images));
    assertEquals(0, difference.amaxNumber().doubleValue(), 1e-6);
  }

  @Test
  void setLearningRate_toZero_stopsEveryTrainedParameter() {
    MultiLayerNetwork prepared =
        Qat.prepare(TestNetworks.multiLayer(5, DataType.FLOAT), QatConfig.int8());
    prepared.setLearningRate(0);
    INDArray gamma = prepared.getParam("1_gamma").dup();
    INDArray weights = prepared.getParam("1_W").dup();

    prepared.fit(TestNetworks.data(5, 32, DataType.FLOAT));

    assertEquals(weights, prepared.getParam("1_W"));
    assertEquals(gamma, prepared.getParam("1_gamma"));
  }

  @Test
  void fit_withAndWithoutTheInputsGradient_takesTheSameSteps() {
    for (boolean graph : new boolean[] {false, true}) {
      INDArray without = fitted(graph, false);
      assertEquals(without, fitted(graph, true), graph ? "graph" : "layers");
    }
  }

  private static INDArray fitted(boolean graph, boolean inputGradient) {
    QatConfig config = QatConfig.builder().inputGradient(inputGradient).build();
    DataSet data = TestNetworks.data(4, 16, DataType.FLOAT);
    if (graph) {
      ComputationGraph network = Qat.prepare(TestNetworks.residual(2), config);
      network.fit(data);
      network.fit(data);
      return network.params();
    }
    MultiLayerNetwork network = Qat.prepare(TestNetworks.multiLayer(2, DataType.FLOAT), config);
    network.fit(data);
    network.fit(data);
    return network.params();
  }

  @Test
  void inputGradient_isComputedOnlyOnRequest() {
    DataSet data = TestNetworks.data(4, 8, DataType.FLOAT);
    for (boolean requested : new boolean[] {false, true}) {
      MultiLayerNetwork network =
          Qat.prepare(
              TestNetworks.multiLayer(2, DataType.FLOAT),
              QatConfig.builder().inputGradient(requested).build());
      INDArray gradient =
          network.calculateGradients(data.getFeatures(), data.getLabels(), null, null).getSecond();
      assertEquals(requested, gradient != null);
    }
  }
}
