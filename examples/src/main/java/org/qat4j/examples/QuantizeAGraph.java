package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.examples.networks.ResNet20;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Quantizes a network whose layers branch and join, and says what each layer became. Argument: the
 * file to write.
 */
public final class QuantizeAGraph {
  private QuantizeAGraph() {}

  public static void main(String[] arguments) throws IOException {
    ComputationGraph network = ResNet20.create(1, new Adam(0.003), 0, Pictures.CLASSES);
    quantize(network, Pictures.draw(1, 32, 3, ResNet20.SIZE), Path.of(arguments[0]));
  }

  /** Writes the model file and gives the prepared network. */
  static ComputationGraph quantize(ComputationGraph network, DataSet data, Path file)
      throws IOException {
    ComputationGraph qat = Qat.prepare(network, QatConfig.int8());
    qat.fit(data);
    Qat.summarize(qat)
        .forEach(
            layer -> System.out.printf("%s %s: %s%n", layer.name(), layer.fused(), layer.reason()));
    Qat.convert(qat).save(file);
    return qat;
  }
}
