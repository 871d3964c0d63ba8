package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Trains a float network on qat4j's layers, which compute what Deeplearning4j's do and are faster,
 * and gives an ordinary network back. No quantization. Argument: the file to write, for
 * ModelSerializer.
 */
public final class TrainFasterInFloat {
  private TrainFasterInFloat() {}

  public static void main(String[] arguments) throws IOException {
    MultiLayerNetwork trained = train(Pictures.freshNetwork());
    ModelSerializer.writeModel(trained, Path.of(arguments[0]).toFile(), true);
  }

  static MultiLayerNetwork train(MultiLayerNetwork network) {
    MultiLayerNetwork fast = Qat.prepare(network, QatConfig.floatingPoint());
    fast.fit(Pictures.batches(), 2);
    return Qat.restore(fast, network);
  }
}
