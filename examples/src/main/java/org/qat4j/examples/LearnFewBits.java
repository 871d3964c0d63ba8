package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Weights of 2 bits and activations of 4, whose steps are learned (LSQ, Esser et al. 2020,
 * arXiv:1902.08153); the first and the last layer keep 8. Few bits need more training than 8 do.
 * Argument: the file to write.
 */
public final class LearnFewBits {
  private LearnFewBits() {}

  public static void main(String[] arguments) throws IOException {
    Qat.convert(train()).save(Path.of(arguments[0]));
  }

  static MultiLayerNetwork train() {
    QatConfig config = QatConfig.builder().weightBits(2).activationBits(4).firstAndLast(8).build();
    MultiLayerNetwork qat = Qat.prepare(Pictures.trainedNetwork(), config);
    qat.fit(Pictures.batches(), 4);
    return qat;
  }
}
