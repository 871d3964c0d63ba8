package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.qat4j.inference.LoadOptions;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Gives layers different numbers of bits, and lets one stay in floating point. Argument: the file
 * to write.
 */
public final class ChooseForEachLayer {
  private ChooseForEachLayer() {}

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    quantize(file);
    // Who loads it must agree to the floating point.
    System.out.println(QuantizedModel.load(file, LoadOptions.ALLOW_FLOAT).graph().islands());
  }

  /** Rules name layers by regular expressions; the first that fits counts. */
  static MultiLayerNetwork quantize(Path file) throws IOException {
    QatConfig config =
        QatConfig.builder()
            .exempt("dense") // float32 weights, between integer layers
            .layers("conv.*", 4, 8) // bits of weights, bits of outputs
            .build();
    MultiLayerNetwork qat = Qat.prepare(Pictures.trainedNetwork(), config);
    qat.fit(Pictures.batches(), 1);
    Qat.convert(qat).save(file);
    return qat;
  }
}
