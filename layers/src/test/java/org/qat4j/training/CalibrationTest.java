package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Sgd;
import org.qat4j.observer.Histogram;
import org.qat4j.observer.RangeEstimator;
import org.qat4j.observer.RangeObserver;
import org.qat4j.observer.RealRange;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.Observation;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;
import org.qat4j.testnets.LayerNetworks;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.calibration.ActivationStatistics;

/** Ranges from data without training: which values they are, and what they do not depend on. */
class CalibrationTest {
  private static final int IMAGES = 84;
  private static final DataSet DATA = TestNetworks.data(3, IMAGES, DataType.FLOAT);
  private static final QatConfig INT8 = QatConfig.int8();

  /** With running statistics that differ from those of any batch. */
  private static MultiLayerNetwork trained(DataType type) {
    MultiLayerNetwork network = TestNetworks.multiLayer(5, type);
    for (int i = 0; i < 4; i++) {
      network.fit(TestNetworks.data(10 + i, 16, type));
    }
    return network;
  }

  private static DataSetIterator batches(int size) {
    return batches(size, 0, IMAGES);
  }

  /** Without labels, as calibration needs none. */
  private static DataSetIterator batches(int size, int from, int to) {
    List<DataSet> sets =
        IntStream.iterate(from, i -> i < to, i -> i + size)
            .mapToObj(i -> new DataSet(images(i, Math.min(i + size, to)), null))
            .toList();
    return new ExistingDataSetIterator(sets);
  }

  private static INDArray images(int from, int to) {
    return DATA.getFeatures().get(NDArrayIndex.interval(from, to)).dup();
  }

  private static float[] floats(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  static Stream<QatConfig> configurations() {
    Stream<QatConfig> estimators =
        RangeEstimator.all().stream()
            .map(e -> QatConfig.builder().ranges(Observation.of(e)).build());
    Stream<QatConfig> schemes =
        Stream.of(
                ActivationScheme.observed(8)
                    .withSymmetricRange()
                    .observing(Observation.percentile(99)),
                ActivationScheme.lsq(4),
                ActivationScheme.lsqPlus(4),
                ActivationScheme.pact(4))
            .map(scheme -> QatConfig.builder().weightBits(4).activations(scheme).build());
    return Stream.concat(estimators, schemes);
  }

  private static QatConfig average() {
    return QatConfig.builder().calibratedBy(new RangeObserver.MovingAverage(0.25f)).build();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void calibrate_minMax_rangesAreThoseOfTheOriginalsFusedLayersInInference(DataType type) {
    MultiLayerNetwork original = trained(type);
    MultiLayerNetwork calibrated = Qat.calibrate(original, batches(16), INT8);
    List<INDArray> activations = original.feedForward(DATA.getFeatures().castTo(type), false);
    assertRange(activations.get(0), calibrated, 0);
    assertRange(activations.get(3), calibrated, 1); // conv, batch norm, relu
    assertRange(activations.get(5), calibrated, 3); // conv, relu
    assertRange(activations.get(8), calibrated, 4); // dense, batch norm, relu6
  }

  private static void assertRange(INDArray seen, MultiLayerNetwork calibrated, int layer) {
    INDArray range = calibrated.getLayer(layer).getParam("range");
    assertEquals(seen.minNumber().floatValue(), range.getFloat(0), 1e-5f, "layer " + layer);
    assertEquals(seen.maxNumber().floatValue(), range.getFloat(1), 1e-5f, "layer " + layer);
    assertEquals(6, range.getFloat(2), "batches");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void calibrate_anyConfiguration_isDeployedCodeForCode(QatConfig config) {
    ComputationGraph original = TestNetworks.residual(4);
    original.fit(TestNetworks.data(1, 16, DataType.FLOAT));
    ComputationGraph calibrated = Qat.calibrate(original, batches(16), config);
    assertEquals(
        10, Parity.requireSameCodes(calibrated, Qat.convert(calibrated), DATA.getFeatures()));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"depthwise", "normalizations", "activations"})
  void calibrate_everyLayer_isDeployedCodeForCode(String name) {
    ComputationGraph original = LayerNetworks.ALL.get(name).apply(4L, DataType.FLOAT);
    original.fit(TestNetworks.data(1, 16, DataType.FLOAT));
    ComputationGraph calibrated = Qat.calibrate(original, batches(16), INT8);
    Parity.requireSameCodes(calibrated, Qat.convert(calibrated), DATA.getFeatures());
  }

  /** The estimator sees all values at once, not batch after batch. */
  @Test
  void calibrate_estimator_choosesFromTheHistogramOfAllValues() {
    MultiLayerNetwork original = trained(DataType.FLOAT);
    INDArray seen =
        Qat.prepare(original, QatConfig.floatingPoint()).feedForward(DATA.getFeatures()).get(2);
    Histogram histogram = Histogram.empty().add(floats(seen));
    for (RangeEstimator estimator : RangeEstimator.all()) {
      QatConfig config = QatConfig.builder().ranges(Observation.of(estimator)).build();
      RealRange expected = estimator.estimate(histogram, IntRange.unsigned(8));
      INDArray range = Qat.calibrate(original, batches(16), config).getLayer(1).getParam("range");
      assertEquals(expected.max(), range.getFloat(1), estimator.text());
    }
  }

  @Test
  void calibrate_movingAverage_isOfTheBatchesInOrder() {
    MultiLayerNetwork original = trained(DataType.FLOAT);
    INDArray range = Qat.calibrate(original, batches(28), average()).getLayer(0).getParam("range");
    float[] expected = {images(0, 28).maxNumber().floatValue()};
    for (int from : new int[] {28, 56}) {
      expected[0] += 0.25f * (images(from, from + 28).maxNumber().floatValue() - expected[0]);
    }
    assertEquals(expected[0], range.getFloat(1));
  }

  /** LSQ and PACT start where the squared error is smallest. */
  @Test
  void calibrate_learnedSchemes_startWhereTheSquaredErrorIsSmallest() {
    MultiLayerNetwork original = trained(DataType.FLOAT);
    INDArray seen =
        Qat.prepare(original, QatConfig.floatingPoint()).feedForward(DATA.getFeatures()).get(2);
    float largest =
        new RangeEstimator.MeanSquaredError()
            .estimate(Histogram.empty().add(floats(seen)), IntRange.unsigned(4))
            .max();
    float scale = QuantParams.affine(0, largest, IntRange.unsigned(4)).scale();
    assertEquals(scale, parameter(original, ActivationScheme.lsq(4), "step").getFloat(0));
    INDArray offset = parameter(original, ActivationScheme.lsqPlus(4), "step");
    assertArrayEquals(new float[] {scale, 0}, floats(offset));
    assertEquals(largest, parameter(original, ActivationScheme.pact(4), "clip").getFloat(0));
  }

  /** As activations; training would start from 2 * mean(|w|) / sqrt(Q). */
  @Test
  void calibrate_learnedWeights_startWhereTheSquaredErrorIsSmallest() {
    MultiLayerNetwork original = trained(DataType.FLOAT);
    assertArrayEquals(
        deployed(original, WeightScheme.leastSquares(4)), deployed(original, WeightScheme.lsq(4)));
  }

  private static float[] deployed(MultiLayerNetwork original, WeightScheme weights) {
    QatConfig config = QatConfig.builder().weights(weights).build();
    return floats(Qat.calibrate(original, batches(16), config).output(DATA.getFeatures()));
  }

  private static INDArray parameter(
      MultiLayerNetwork original, ActivationScheme scheme, String name) {
    QatConfig config = QatConfig.builder().activations(scheme).build();
    return Qat.calibrate(original, batches(16), config).getLayer(1).getParam(name);
  }

  @Test
  void calibrate_original_keepsEveryBit() {
    MultiLayerNetwork original = trained(DataType.FLOAT);
    float[] parameters = floats(original.params());
    float[] updater = floats(original.getUpdater().getStateViewArray());
    String configuration = original.getLayerWiseConfigurations().toJson();
    INDArray data = DATA.getFeatures().dup();
    Qat.calibrate(original, batches(16), INT8);
    assertArrayEquals(parameters, floats(original.params()));
    assertArrayEquals(updater, floats(original.getUpdater().getStateViewArray()));
    assertEquals(configuration, original.getLayerWiseConfigurations().toJson());
    assertArrayEquals(floats(data), floats(DATA.getFeatures()));
  }

  /** Each part on a thread of its own; all start where a batch of the whole does. */
  @ParameterizedTest(name = "{0} parts")
  @ValueSource(ints = {1, 2, 3, 7})
  void observe_partsAtTheSameTime_giveTheSameRangesBitForBit(int parts) {
    MultiLayerNetwork original = trained(DataType.FLOAT);
    ActivationStatistics whole = Qat.observe(original, batches(2));
    int size = IMAGES / parts;
    ActivationStatistics merged =
        IntStream.range(0, parts)
            .parallel()
            .mapToObj(i -> Qat.observe(original, batches(2, i * size, (i + 1) * size)))
            .reduce(ActivationStatistics::merge)
            .orElseThrow();
    assertEquals(IMAGES, merged.images());
    for (String layer : whole.layers()) {
      assertEquals(whole.layer(layer), merged.layer(layer), layer);
    }
    for (QatConfig config : List.of(INT8, average())) {
      assertArrayEquals(
          floats(Qat.calibrate(original, whole, config).params()),
          floats(Qat.calibrate(original, merged, config).params()));
    }
  }

  /** Kernels may sum a batch of one image in another order, and round otherwise in the last bit. */
  @ParameterizedTest(name = "batches of {0}")
  @ValueSource(ints = {1, 5, 16, 84})
  void calibrate_batchesOfOtherSizes_giveTheSameRanges(int size) {
    MultiLayerNetwork original = trained(DataType.FLOAT);
    MultiLayerNetwork expected = Qat.calibrate(original, batches(6), INT8);
    MultiLayerNetwork other = Qat.calibrate(original, batches(size), INT8);
    assertArrayEquals(
        floats(expected.getLayer(0).getParam("range").get(NDArrayIndex.interval(0, 2))),
        floats(other.getLayer(0).getParam("range").get(NDArrayIndex.interval(0, 2))));
    for (int layer : new int[] {1, 3, 4, 5}) {
      INDArray range = expected.getLayer(layer).getParam("range");
      for (int bound = 0; bound < 2; bound++) {
        assertEquals(
            range.getFloat(bound),
            other.getLayer(layer).getParam("range").getFloat(bound),
            1e-6f * Math.abs(range.getFloat(bound)));
      }
    }
  }

  @Test
  void calibrate_multiDataSets_areDataSets() {
    ComputationGraph original = TestNetworks.graph(4);
    assertArrayEquals(
        floats(Qat.calibrate(original, batches(16), INT8).params()),
        floats(
            Qat.calibrate(
                    original,
                    new MultiDataSetIteratorAdapter(new ListDataSetIterator<>(DATA.asList(), 16)),
                    INT8)
                .params()));
  }

  /** As {@code evaluate} does with an iterator that another pass has used up. */
  @Test
  void calibrate_iteratorAtItsEnd_startsAgain() {
    DataSetIterator used = batches(16);
    while (used.hasNext()) {
      used.next();
    }
    ActivationStatistics seen = Qat.observe(trained(DataType.FLOAT), used);
    assertEquals(IMAGES, seen.images());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void fit_calibrated_trainsFromTheFloatParametersAndTheCalibratedRanges(QatConfig config) {
    MultiLayerNetwork original =
        TestNetworks.multiLayer(5, DataType.FLOAT, s -> s.updater(new Sgd(0)));
    MultiLayerNetwork calibrated = Qat.calibrate(original, batches(16), config);
    assertArrayEquals(
        floats(original.getLayer(0).getParam("W")), floats(calibrated.getLayer(1).getParam("W")));
    String name = calibrated.getLayer(1).getParam("range") == null ? "step" : "range";
    name = calibrated.getLayer(1).getParam("clip") == null ? name : "clip";
    INDArray before = calibrated.getLayer(1).getParam(name).dup();
    calibrated.fit(new DataSet(DATA.getFeatures().mul(100), DATA.getLabels()));
    INDArray after = calibrated.getLayer(1).getParam(name);
    if (name.equals("range")) {
      assertNotEquals(before.getFloat(1), after.getFloat(1));
      assertEquals(before.getFloat(2) + 1, after.getFloat(2));
    } else {
      assertArrayEquals(floats(before), floats(after), "a learning rate of 0");
    }
  }

  /** A moving average goes on where calibration ended. */
  @Test
  void fit_calibrated_movesRangesByTheRateOfTheObservation() {
    MultiLayerNetwork calibrated = Qat.calibrate(trained(DataType.FLOAT), batches(16), INT8);
    float before = calibrated.getLayer(0).getParam("range").getFloat(1);
    DataSet batch = new DataSet(DATA.getFeatures().mul(3), DATA.getLabels());
    calibrated.fit(batch);
    float expected = before + 0.01f * (batch.getFeatures().maxNumber().floatValue() - before);
    assertEquals(expected, calibrated.getLayer(0).getParam("range").getFloat(1));
  }

  @Test
  void calibrate_inputOfTheDeployedModel_hasTheShapeOfTheImages() {
    var model = Qat.convert(Qat.calibrate(trained(DataType.FLOAT), batches(16), INT8));
    assertEquals("2x10x10", model.graph().inputs().get(0).shape().toString());
    assertTrue(model.graph().integerMacs() == model.graph().macs());
  }
}
