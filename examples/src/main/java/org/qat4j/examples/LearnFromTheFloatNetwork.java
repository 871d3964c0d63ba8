package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.qat4j.distillation.Distillation;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Lets the float network teach the prepared one where labels alone do not recover the accuracy.
 * Argument: the file to write.
 */
public final class LearnFromTheFloatNetwork {
  private LearnFromTheFloatNetwork() {}

  private static final double TEMPERATURE = 4;
  private static final double TEACHER = 0.7; // its weight in the loss; the labels have the rest

  public static void main(String[] arguments) throws IOException {
    Qat.convert(train(Pictures.trainedNetwork())).save(Path.of(arguments[0]));
  }

  static MultiLayerNetwork train(MultiLayerNetwork network) {
    Distillation distillation = Distillation.of(network, TEMPERATURE, TEACHER);
    MultiLayerNetwork qat = distillation.teach(Qat.prepare(network, QatConfig.int8()));
    qat.fit(distillation.labels(Pictures.batches()), 1);
    return qat;
  }
}
