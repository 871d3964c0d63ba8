package org.qat4j.posttraining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.qat4j.layers.LinearBlock;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.Qat;
import org.qat4j.training.network.NetworkView;

/** Empirical bias correction. */
class BiasCorrectionTest {
  private final MultiLayerNetwork network = Calibrated.trained(1);
  private final MultiLayerNetwork calibrated =
      Qat.calibrate(network, Calibrated.data(1, 128), Calibrated.weights(WeightScheme.uniform(3)));

  private static double logitsMeanError(MultiLayerNetwork real, MultiLayerNetwork quantized) {
    INDArray images = TestNetworks.data(1, 128, DataType.FLOAT).getFeatures();
    LayerRunner a = new LayerRunner(NetworkView.of(real));
    LayerRunner b = new LayerRunner(NetworkView.of(quantized));
    INDArray wanted = a.runAll(false, images).get(a.output()).mean(0);
    return wanted.sub(b.runAll(true, images).get(b.output()).mean(0)).norm2Number().doubleValue();
  }

  @Test
  void correct_threeBitWeights_meansComeNearTheFloatNetworks() {
    INDArray before = calibrated.params().dup();

    MultiLayerNetwork corrected = BiasCorrection.correct(calibrated, Calibrated.data(1, 128));

    double uncorrected = logitsMeanError(calibrated, calibrated);
    double left = logitsMeanError(calibrated, corrected);
    assertTrue(left < 0.3 * uncorrected, left + " of " + uncorrected);
    assertEquals(before, calibrated.params(), "its argument is unchanged");
  }

  @Test
  void correct_dataWithNaN_isRefusedByBatch() {
    DataSet broken = TestNetworks.data(6, 4, DataType.FLOAT);
    broken.getFeatures().putScalar(3, Float.NaN);

    Exception failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> BiasCorrection.correct(calibrated, new ExistingDataSetIterator(List.of(broken))));

    assertEquals(
        "batch 0 of the data to calibrate with, counted from 0, holds NaN or infinity; leave such"
            + " images out or correct them",
        failure.getMessage());
  }

  @Test
  void correct_anyNetwork_leavesWeightsAlone() {
    MultiLayerNetwork corrected = BiasCorrection.correct(calibrated, Calibrated.data(1, 128));

    LayerRunner before = new LayerRunner(NetworkView.of(calibrated));
    LayerRunner after = new LayerRunner(NetworkView.of(corrected));
    before.stages().stream()
        .filter(before::isBlock)
        .forEach(
            stage -> {
              LinearBlock expected = before.block(stage);
              org.junit.jupiter.api.Assertions.assertArrayEquals(
                  expected.codes().differences(), after.block(stage).codes().differences());
            });
  }

  @Test
  void correct_converted_givesTheSameCodes() {
    MultiLayerNetwork corrected = BiasCorrection.correct(calibrated, Calibrated.data(1, 128));

    INDArray images = TestNetworks.data(2, 8, DataType.FLOAT).getFeatures();
    assertTrue(Parity.requireSameCodes(corrected, Qat.convert(corrected), images) > 3);
  }
}
