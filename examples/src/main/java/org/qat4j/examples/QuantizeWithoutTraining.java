package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Chooses ranges from some images, without labels or training, and writes the model file. Argument:
 * the file to write.
 */
public final class QuantizeWithoutTraining {
  private QuantizeWithoutTraining() {}

  public static void main(String[] arguments) throws IOException {
    MultiLayerNetwork network = Pictures.trainedNetwork(); // your own, from ModelSerializer
    quantize(network, Pictures.batches(), Path.of(arguments[0]));
  }

  /** Writes the model file and gives the network, whose training may go on where that is needed. */
  static MultiLayerNetwork quantize(MultiLayerNetwork network, DataSetIterator images, Path file)
      throws IOException {
    MultiLayerNetwork calibrated = Qat.calibrate(network, images, QatConfig.int8());
    Qat.convert(calibrated).save(file);
    return calibrated;
  }
}
