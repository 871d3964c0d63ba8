package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;
import org.qat4j.layers.Schedule;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.testnets.TestNetworks;

/** What moves parameters, what does not, and in which numbers a prepared network trains. */
class TrainingForwardTest {
  private static final DataSet BATCH = TestNetworks.data(1, 16, DataType.FLOAT);
  private static final INDArray IMAGES = BATCH.getFeatures();

  static Stream<ActivationScheme> schemes() {
    return Stream.of(
        ActivationScheme.observed(8),
        ActivationScheme.pact(4),
        ActivationScheme.lsq(4),
        ActivationScheme.lsqPlus(4));
  }

  /** As in Deeplearning4j, whose batch norm moves its statistics in the backward pass. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("schemes")
  void outputAndScore_inTrainingMode_moveNoParameter(ActivationScheme scheme) {
    for (Schedule schedule : new Schedule[] {Schedule.IMMEDIATE, new Schedule(2, 9, 9)}) {
      QatConfig config =
          QatConfig.builder()
              .weights(WeightScheme.lsq(4))
              .activations(scheme)
              .schedule(schedule)
              .build();
      MultiLayerNetwork original = TestNetworks.multiLayer(7, DataType.FLOAT);
      MultiLayerNetwork network = Qat.prepare(original, config);
      for (int step = 0; step < 4; step++) {
        for (MultiLayerNetwork each : new MultiLayerNetwork[] {original, network}) {
          INDArray before = each.params().dup();
          each.output(IMAGES, true);
          each.score(BATCH, true);
          assertEquals(before, each.params(), "step " + step);
        }
        original.fit(BATCH);
        network.fit(BATCH);
      }
    }
  }

  @Test
  void prepare_networkOfShortFloats_isRefusedWithWhatToDo() {
    DataType type = DataType.FLOAT16;
    String expected =
        "layer 'input_quantizer': the network has data type "
            + type
            + ", but prepared networks train in FLOAT or DOUBLE; use"
            + " network.convertDataType(DataType.FLOAT) first";
    MultiLayerNetwork original = TestNetworks.multiLayer(7, type);
    var error =
        assertThrows(IllegalArgumentException.class, () -> Qat.prepare(original, QatConfig.int8()));
    assertEquals(expected, error.getMessage());
    MultiLayerNetwork prepared =
        Qat.prepare(original.convertDataType(DataType.FLOAT), QatConfig.int8());
    prepared.fit(BATCH);
    var later = assertThrows(IllegalArgumentException.class, () -> prepared.convertDataType(type));
    assertEquals(expected, later.getMessage());
  }

  @Test
  void convertDataType_ofPrepared_trainsOnInDouble() {
    MultiLayerNetwork network =
        Qat.prepare(TestNetworks.multiLayer(7, DataType.FLOAT), QatConfig.int8());
    network.fit(BATCH);
    MultiLayerNetwork converted = network.convertDataType(DataType.DOUBLE);
    INDArray before = converted.params().dup();
    converted.fit(TestNetworks.data(2, 16, DataType.DOUBLE));
    assertNotEquals(before, converted.params());
    assertTrue(Qat.convert(converted).graph().nodes().size() > 5);
  }

  /** Of a sum without parameters: as what feeds it trains, though the first layer is held still. */
  @Test
  void learnedRange_ofLayerWithoutParameters_trainsAsTheNearestTrainedLayerBeforeIt() {
    ComputationGraph original = TestNetworks.residual(7);
    updater(original, "stem", new Sgd(0));
    updater(original, "a", new Sgd(0.25));
    updater(original, "b", new Sgd(0.5));
    ComputationGraph network = Qat.prepare(original, QatConfig.builder().activationBits(4).build());
    assertEquals(0.25, rate(network, "sum"));
    assertEquals(0.25, rate(network, "c"));
    assertEquals(0.5, rate(network, "both"));
    assertEquals(0.5, rate(network, "mean"));
    network.fit(BATCH);
    INDArray stem = network.getParam("stem_step").dup();
    INDArray sum = network.getParam("sum_step").dup();
    network.fit(BATCH);
    assertEquals(stem, network.getParam("stem_step"));
    assertNotEquals(sum, network.getParam("sum_step"));
  }

  private static void updater(
      ComputationGraph network, String layer, org.nd4j.linalg.learning.config.IUpdater updater) {
    ((BaseLayer) network.getLayer(layer).conf().getLayer()).setIUpdater(updater);
  }

  private static double rate(ComputationGraph network, String layer) {
    return ((BaseLayer) network.getLayer(layer).conf().getLayer())
        .getUpdaterByParam("step")
        .getLearningRate(0, 0);
  }
}
