package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Takes the layers of a quantized network back to ordinary ones, with the weights that it has now:
 * to go on in floating point, or to prepare it in another way. Argument: the file to write, for
 * ModelSerializer.
 */
public final class RestoreTheNetwork {
  private RestoreTheNetwork() {}

  public static void main(String[] arguments) throws IOException {
    MultiLayerNetwork network = Pictures.trainedNetwork();
    MultiLayerNetwork qat = Qat.prepare(network, QatConfig.int8());
    qat.fit(Pictures.batches(), 1);
    MultiLayerNetwork restored = Qat.restore(qat, network); // the original says which layers
    ModelSerializer.writeModel(restored, Path.of(arguments[0]).toFile(), true);
  }
}
