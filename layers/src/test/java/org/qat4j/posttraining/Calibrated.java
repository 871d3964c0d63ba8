package org.qat4j.posttraining;

import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.QatConfig;

/** Networks that have learned something, and data to quantize them by. */
final class Calibrated {
  private Calibrated() {}

  static MultiLayerNetwork trained(long seed) {
    MultiLayerNetwork network = TestNetworks.multiLayer(seed, DataType.FLOAT);
    DataSet data = TestNetworks.data(seed, 256, DataType.FLOAT);
    for (int epoch = 0; epoch < 12; epoch++) {
      data.batchBy(32).forEach(network::fit);
    }
    return network;
  }

  static DataSetIterator data(long seed, int count) {
    List<DataSet> batches = TestNetworks.data(seed, count, DataType.FLOAT).batchBy(32);
    return new ExistingDataSetIterator(batches);
  }

  /** Few enough bits that rounding matters. */
  static QatConfig weights(WeightScheme scheme) {
    return QatConfig.builder().weights(scheme).activations(ActivationScheme.observed(8)).build();
  }
}
