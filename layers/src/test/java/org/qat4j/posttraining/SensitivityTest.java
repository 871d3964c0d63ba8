package org.qat4j.posttraining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.inference.InferenceSession;
import org.qat4j.posttraining.Sensitivity.OfLayer;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.LayerSelector;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/** Which layer hurts. */
class SensitivityTest {
  private static final int IMAGES = 64;

  /** One layer with two bits among layers with eight. */
  private static QatConfig poor(String name) {
    return QatConfig.builder()
        .weights(
            new LayerSelector.Named(java.util.regex.Pattern.compile(name)), WeightScheme.uniform(2))
        .build();
  }

  private static OfLayer layer(Sensitivity sensitivity, String name) {
    return sensitivity.layers().stream()
        .filter(each -> each.layer().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static double sqnr(Quality quality) {
    return quality.sqnr().orElseThrow();
  }

  @Test
  void measure_oneLayerOfTwoBits_namesIt() {
    MultiLayerNetwork calibrated =
        Qat.calibrate(Calibrated.trained(1), Calibrated.data(1, 64), poor("layer4"));

    Sensitivity sensitivity = Sensitivity.measure(calibrated, Calibrated.data(9, IMAGES));

    assertEquals("layer4", sensitivity.hurting().get(0).layer(), sensitivity.toString());
    OfLayer worst = layer(sensitivity, "layer4");
    assertEquals(2, worst.weightBits());
    assertEquals(8, worst.activationBits());
    assertTrue(sqnr(worst.allBut()) > sqnr(sensitivity.quantized()) + 6, sensitivity.toString());
    assertTrue(sqnr(worst.only()) < sqnr(sensitivity.quantized()) + 1, sensitivity.toString());
  }

  @Test
  void measure_wholeNetworkInCodes_isWhatTheConvertedModelGives() {
    MultiLayerNetwork calibrated =
        Qat.calibrate(Calibrated.trained(2), Calibrated.data(2, 64), poor("layer4"));

    Sensitivity sensitivity = Sensitivity.measure(calibrated, Calibrated.data(9, IMAGES));

    DataSet data = TestNetworks.data(9, IMAGES, DataType.FLOAT);
    INDArray output;
    try (InferenceSession session = InferenceSession.open(Qat.convert(calibrated))) {
      float[] probabilities = session.run(Judge.floats(data.getFeatures()), IMAGES);
      output = Nd4j.createFromArray(probabilities).reshape(IMAGES, TestNetworks.CLASSES);
    }
    double right =
        output
            .argMax(1)
            .eq(data.getLabels().argMax(1))
            .castTo(DataType.FLOAT)
            .sumNumber()
            .doubleValue();
    assertEquals(right / IMAGES, sensitivity.quantized().accuracy());
  }

  @Test
  void measure_everyLayerOfAGraph_isInTheTable() {
    ComputationGraph calibrated =
        Qat.calibrate(TestNetworks.residual(3), Calibrated.data(3, 32), QatConfig.int8());

    Sensitivity sensitivity = Sensitivity.measure(calibrated, Calibrated.data(9, IMAGES));

    List<String> expected =
        Qat.summarize(calibrated).stream()
            .filter(summary -> summary.activationBits() > 0)
            .map(summary -> summary.name())
            .toList();
    assertEquals(expected, sensitivity.layers().stream().map(OfLayer::layer).toList());
    sensitivity.layers().forEach(each -> assertTrue(sqnr(each.only()) > 20, each.toString()));
  }

  @Test
  void measure_floatNetworkOfTheCalibratedOne_isItself() {
    MultiLayerNetwork network = Calibrated.trained(4);
    Sensitivity sensitivity =
        Sensitivity.measure(
            Qat.calibrate(network, Calibrated.data(4, 64), QatConfig.int8()),
            Calibrated.data(9, IMAGES));

    assertEquals(
        network.evaluate(Calibrated.data(9, IMAGES)).accuracy(), sensitivity.real().accuracy());
    assertTrue(sensitivity.real().sqnr().isEmpty(), "no noise");
  }

  @Test
  void measure_otherClasses_saysHowMany() {
    MultiLayerNetwork calibrated =
        Qat.calibrate(Calibrated.trained(5), Calibrated.data(5, 32), QatConfig.int8());
    INDArray images = TestNetworks.data(5, 4, DataType.FLOAT).getFeatures();
    DataSet other =
        new DataSet(
            images,
            Nd4j.eye(7)
                .castTo(DataType.FLOAT)
                .get(org.nd4j.linalg.indexing.NDArrayIndex.interval(0, 4)));

    Exception failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> Sensitivity.measure(calibrated, new ExistingDataSetIterator(List.of(other))));

    assertEquals(
        "the validation set has labels of 7 classes, the network tells 4 apart: give images of the"
            + " classes that it was trained for",
        failure.getMessage());
  }

  @Test
  void measure_emptyOrNotFinite_isRefused() {
    MultiLayerNetwork calibrated =
        Qat.calibrate(Calibrated.trained(6), Calibrated.data(6, 32), QatConfig.int8());
    DataSet broken = TestNetworks.data(6, 4, DataType.FLOAT);
    broken.getFeatures().putScalar(3, Float.NaN);

    Exception empty =
        assertThrows(
            IllegalArgumentException.class,
            () -> Sensitivity.measure(calibrated, new ExistingDataSetIterator(List.of())));
    Exception notFinite =
        assertThrows(
            IllegalArgumentException.class,
            () -> Sensitivity.measure(calibrated, new ExistingDataSetIterator(List.of(broken))));

    assertEquals(
        "the validation set is empty: give some hundred labelled images that the network was not"
            + " trained with",
        empty.getMessage());
    assertEquals(
        "batch 0 of the validation set, counted from 0, holds NaN or infinity; leave such images"
            + " out or correct them",
        notFinite.getMessage());
  }

  @Test
  void measure_networkWithoutCodes_isRefused() {
    Exception failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> Sensitivity.measure(Calibrated.trained(6), Calibrated.data(9, 8)));

    assertTrue(
        failure.getMessage().startsWith("no layer of this network has codes, but [layer0, "),
        failure.getMessage());
  }
}
