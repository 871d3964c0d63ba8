package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Fine-tunes a trained network for integers and writes the model file. Argument: the file to write.
 */
public final class QuantizeANetwork {
  private QuantizeANetwork() {}

  public static void main(String[] arguments) throws IOException {
    MultiLayerNetwork network = Pictures.trainedNetwork(); // your own, from ModelSerializer
    quantize(network, Pictures.batches(), Path.of(arguments[0]));
  }

  /** Writes the model file and gives the network that says the same in training. */
  static MultiLayerNetwork quantize(MultiLayerNetwork network, DataSetIterator data, Path file)
      throws IOException {
    MultiLayerNetwork qat = Qat.prepare(network, QatConfig.int8());
    qat.fit(data, 1);
    Qat.convert(qat).save(file);
    return qat;
  }
}
