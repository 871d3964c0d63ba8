package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;

/** Deeplearning4j's data-parallel training, two workers on one machine. */
class ParallelTrainingTest {
  private static final INDArray IMAGES = TestNetworks.data(70, 24, DataType.FLOAT).getFeatures();

  private static MultiLayerNetwork prepared() {
    return Qat.prepare(TestNetworks.multiLayer(7, DataType.FLOAT), QatConfig.int8());
  }

  private static List<DataSet> batches(int count) {
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batches.add(TestNetworks.data(i, 16, DataType.FLOAT));
    }
    return batches;
  }

  private static void fit(Model network, ParallelWrapper.TrainingMode mode, List<DataSet> batches) {
    ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(network)
            .workers(2)
            .prefetchBuffer(0)
            .averagingFrequency(1)
            .trainingMode(mode)
            .build();
    wrapper.fit(new ExistingDataSetIterator(batches));
    wrapper.shutdown();
  }

  /**
   * The second worker may start from the first one's parameters before or after its first batch.
   */
  @Test
  void averaging_oneRound_rangeLiesBetweenThoseOfTheBatches() {
    MultiLayerNetwork network = prepared();
    List<DataSet> batches = batches(2);
    fit(network, ParallelWrapper.TrainingMode.AVERAGING, batches);
    DoubleSummaryStatistics largest =
        batches.stream()
            .mapToDouble(batch -> batch.getFeatures().maxNumber().doubleValue())
            .summaryStatistics();
    double max = network.getParam("0_range").getDouble(1);
    double seen = network.getParam("0_range").getDouble(2);
    assertTrue(max > largest.getMin() && max < largest.getMax(), max + " in " + largest);
    assertTrue(seen == 1 || seen == 1.5, "batches of a worker: " + seen);
  }

  @Test
  void averaging_multiLayerNetwork_deploysWhatItInfers() {
    MultiLayerNetwork network = prepared();
    fit(network, ParallelWrapper.TrainingMode.AVERAGING, batches(8));
    assertEquals(6, Parity.requireSameCodes(network, Qat.convert(network), IMAGES));
  }

  @Test
  void averaging_graph_deploysWhatItInfers() {
    ComputationGraph network = Qat.prepare(TestNetworks.residual(7), QatConfig.int8());
    fit(network, ParallelWrapper.TrainingMode.AVERAGING, batches(8));
    assertEquals(10, Parity.requireSameCodes(network, Qat.convert(network), IMAGES));
  }

  @Test
  void sharedGradients_multiLayerNetwork_rangesAreWholeAndItDeploysWhatItInfers() {
    MultiLayerNetwork network = prepared();
    fit(network, ParallelWrapper.TrainingMode.SHARED_GRADIENTS, batches(8));
    assertEquals(4, network.getParam("0_range").getDouble(2), "batches that one worker saw");
    assertEquals(2, network.getParam("0_range").getDouble(1), 0.5);
    assertEquals(6, Parity.requireSameCodes(network, Qat.convert(network), IMAGES));
  }

  @Test
  void sharedGradients_graph_deploysWhatItInfers() {
    ComputationGraph network = Qat.prepare(TestNetworks.residual(7), QatConfig.int8());
    fit(network, ParallelWrapper.TrainingMode.SHARED_GRADIENTS, batches(8));
    assertEquals(10, Parity.requireSameCodes(network, Qat.convert(network), IMAGES));
  }
}
