package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.adapter.SingletonMultiDataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.calibration.ActivationStatistics;

/** What calibration makes of data that is too little, all alike, broken or of another kind. */
class CalibrationInputTest {
  private static final QatConfig INT8 = QatConfig.int8();
  private static final MultiLayerNetwork NETWORK = TestNetworks.multiLayer(5, DataType.FLOAT);

  private static INDArray images(int count) {
    return TestNetworks.data(3, count, DataType.FLOAT).getFeatures();
  }

  private static DataSetIterator data(INDArray... batches) {
    List<DataSet> sets = Arrays.stream(batches).map(each -> new DataSet(each, null)).toList();
    return new ExistingDataSetIterator(sets);
  }

  private static String refusal(Class<? extends Exception> type, DataSetIterator data) {
    return assertThrows(type, () -> Qat.calibrate(NETWORK, data, INT8)).getMessage();
  }

  static Stream<QatConfig> configurations() {
    return CalibrationTest.configurations();
  }

  @Test
  void calibrate_noData_isRefused() {
    assertEquals(
        "the data to calibrate with holds no images; give some hundred that are like those to come,"
            + " from an iterator that is at its start",
        refusal(IllegalArgumentException.class, data()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void calibrate_oneImage_isEnoughToConvert(QatConfig config) {
    MultiLayerNetwork calibrated = Qat.calibrate(NETWORK, data(images(1)), config);
    assertTrue(Parity.requireSameCodes(calibrated, Qat.convert(calibrated), images(9)) > 4);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void calibrate_constantImages_giveAFiniteModel(QatConfig config) {
    for (double constant : new double[] {0, 1, -1}) {
      INDArray same = Nd4j.valueArrayOf(new long[] {4, 2, 10, 10}, constant);
      MultiLayerNetwork calibrated = Qat.calibrate(NETWORK, data(same, same), config);
      assertTrue(Parity.requireSameCodes(calibrated, Qat.convert(calibrated), images(9)) > 4);
      assertTrue(Double.isFinite(calibrated.output(images(9)).sumNumber().doubleValue()));
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void calibrate_imageWithANumberThatIsNone_isNamed(float number) {
    INDArray second = images(8);
    second.putScalar(new int[] {5, 1, 2, 3}, number);
    assertEquals(
        "the data holds "
            + number
            + " for image 21 (number 5 of batch 1, both counted from 0); leave that image out or"
            + " correct it",
        refusal(IllegalArgumentException.class, data(images(16), second)));
  }

  @Test
  void calibrate_imageThatOverflowsALayer_isNamedWithTheLayer() {
    INDArray large = images(8);
    large.putScalar(new int[] {5, 1, 2, 3}, Float.MAX_VALUE);
    large.putScalar(new int[] {5, 0, 2, 3}, Float.MAX_VALUE);
    MultiLayerNetwork network = TestNetworks.multiLayer(5, DataType.FLOAT);
    network.getLayer(0).getParam("W").muli(100);
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> Qat.calibrate(network, data(large), INT8))
            .getMessage();
    assertTrue(message.matches("layer 'layer0' puts out (Infinity|NaN) for image 5 .*"), message);
  }

  @Test
  void calibrate_networkWithNaN_isRefusedByParameter() {
    MultiLayerNetwork network = TestNetworks.multiLayer(5, DataType.FLOAT);
    network.getLayer(4).getParam("W").putScalar(0, Float.NaN);
    var error =
        assertThrows(
            IllegalStateException.class, () -> Qat.calibrate(network, data(images(4)), INT8));
    assertEquals(
        "layer 'layer4' (3): parameter 'W' holds NaN or infinity: the training has diverged; go"
            + " back to an earlier state and lower the learning rate",
        error.getMessage());
  }

  @Test
  void calibrate_imagesOfTwoShapes_areRefused() {
    assertEquals(
        "batch 1 has images of shape [2, 9, 10], the batches before it [2, 10, 10]; calibrate with"
            + " images of the one shape that is to be deployed",
        refusal(
            IllegalArgumentException.class,
            data(images(4), Nd4j.zeros(DataType.FLOAT, 4, 2, 9, 10))));
  }

  @Test
  void calibrate_imagesOfAnotherShapeThanTheNetworks_areRefused() {
    String message =
        refusal(DL4JInvalidInputException.class, data(Nd4j.zeros(DataType.FLOAT, 4, 3, 10, 10)));
    assertTrue(
        message.startsWith(
            "layer 'layer0' (1): expected an input of shape [any, 2, any, any], got [4, 3, 10, 10]"),
        message);
    message = refusal(IllegalStateException.class, data(Nd4j.zeros(DataType.FLOAT, 4, 2, 16, 16)));
    assertTrue(message.startsWith("Invalid input, does not match configuration"), message);
  }

  @Test
  void calibrate_maskedFeatures_areRefused() {
    DataSet masked = new DataSet(images(4), null, Nd4j.ones(DataType.FLOAT, 4, 10), null);
    assertEquals(
        "the data has a mask of its features; masks are for sequences, which cannot be calibrated",
        refusal(IllegalArgumentException.class, new ExistingDataSetIterator(List.of(masked))));
  }

  @Test
  void calibrate_severalFeatures_areRefused() {
    ComputationGraph graph = TestNetworks.graph(4);
    MultiDataSet two = new MultiDataSet(new INDArray[] {images(4), images(4)}, null);
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> Qat.calibrate(graph, new SingletonMultiDataSetIterator(two), INT8));
    assertEquals(
        "the data has 2 arrays of features; expected 1, for the network's one input",
        error.getMessage());
  }

  @Test
  void calibrate_floatingPoint_isRefusedBeforeAnyDataIsRead() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> Qat.calibrate(NETWORK, data(), QatConfig.floatingPoint()));
    assertEquals(
        "this configuration trains in floating point, so there are no ranges to calibrate: give"
            + " Qat.calibrate another one",
        error.getMessage());
  }

  @Test
  void calibrate_preparedNetwork_isRefused() {
    MultiLayerNetwork prepared = Qat.prepare(NETWORK, INT8);
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> Qat.calibrate(prepared, data(images(4)), INT8));
    assertTrue(error.getMessage().startsWith("this network is prepared already"));
  }

  @Test
  void calibrate_whatWasSeenOfAnotherNetwork_isRefused() {
    ActivationStatistics seen = Qat.observe(TestNetworks.graph(4), data(images(4)));
    var error =
        assertThrows(IllegalArgumentException.class, () -> Qat.calibrate(NETWORK, seen, INT8));
    assertEquals(
        "nothing was seen of layer 'input_quantizer', only of [image_quantizer, conv, dense, out_logits];"
            + " observe the network that is to be calibrated",
        error.getMessage());
    ActivationStatistics own = Qat.observe(NETWORK, data(images(4)));
    assertThrows(IllegalArgumentException.class, () -> own.merge(seen));
  }
}
