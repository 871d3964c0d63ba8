package org.qat4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.ChannelsLast;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Sessions that a network keeps between calls must be those of its parameters, whoever changes
 * them.
 */
class DeployedLayerTest {
  private static final INDArray IMAGES = TestNetworks.data(1, 7, DataType.FLOAT).getFeatures();

  private static MultiLayerNetwork fitted() {
    MultiLayerNetwork network =
        Qat.prepare(TestNetworks.multiLayer(1, DataType.FLOAT), QatConfig.int8());
    for (int step = 0; step < 3; step++) {
      network.fit(TestNetworks.data(step, 16, DataType.FLOAT));
    }
    return network;
  }

  private static Arguments change(String name, Consumer<MultiLayerNetwork> change) {
    return Arguments.of(name, change);
  }

  private static Layer weighted(MultiLayerNetwork network) {
    return network.getLayer(1);
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        change("fit", network -> network.fit(TestNetworks.data(9, 16, DataType.FLOAT))),
        change("all in place", network -> network.params().muli(1.25)),
        change("setParams", network -> network.setParams(network.params().mul(0.75))),
        change("setParam", n -> n.setParam("1_W", n.getParam("1_W").neg())),
        change(
            "another array",
            network -> weighted(network).setParam("W", weighted(network).getParam("W").mul(2))),
        change(
            "one weight in the last bits",
            network -> {
              INDArray weights = weighted(network).getParam("W");
              // The largest of its channel, which gives the scale.
              INDArray row = weights.slice(0);
              float largest = row.maxNumber().floatValue();
              long at = Nd4j.argMax(row.ravel(), 0).getLong(0);
              weights.putScalar(at, Math.nextUp(largest));
            }),
        change("a range", network -> range(network, 1).muli(2)),
        change("the input's range", network -> range(network, 0).muli(2)));
  }

  private static INDArray range(MultiLayerNetwork network, int layer) {
    Map<String, INDArray> table = network.getLayer(layer).paramTable();
    return table.entrySet().stream()
        .filter(entry -> entry.getKey().toLowerCase(java.util.Locale.ROOT).contains("range"))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void output_afterAnyChangeOfParameters_isThatOfTheModelMadeNow(
      String name, Consumer<MultiLayerNetwork> change) {
    MultiLayerNetwork network = fitted();
    INDArray before = network.output(IMAGES).dup();
    assertEquals(before, network.output(IMAGES), "kept");
    change.accept(network);
    Parity.requireSameCodes(network, Qat.convert(network), IMAGES);
    Parity.requireSameCodes(network, Qat.convert(network), IMAGES);
    if (!name.contains("last bits")) {
      assertNotEquals(before, network.output(IMAGES));
    }
  }

  @ParameterizedTest
  @EnumSource(WorkspaceMode.class)
  void output_ofBatchesInTurnWithGarbageCollections_isThatOfEachAlone(WorkspaceMode mode) {
    MultiLayerNetwork network = fitted();
    network.getLayerWiseConfigurations().setInferenceWorkspaceMode(mode);
    for (int batch = 1; batch <= 7; batch++) {
      INDArray images = TestNetworks.data(batch, batch, DataType.FLOAT).getFeatures();
      System.gc();
      INDArray together = network.output(images);
      for (int i = 0; i < batch; i++) {
        INDArray one = images.slice(i).reshape(1, 2, 10, 10);
        assertEquals(together.slice(i).ravel(), network.output(one).ravel());
      }
    }
  }

  @Test
  void output_ofAViewInAnotherOrder_isThatOfACopy() {
    MultiLayerNetwork network = fitted();
    INDArray view = IMAGES.dup().permute(0, 1, 3, 2).dup('c').permute(0, 1, 3, 2);
    assertEquals(network.output(IMAGES), network.output(view));
    assertEquals(network.output(IMAGES), network.output(IMAGES.dup('f')));
    assertEquals(network.output(IMAGES), network.output(IMAGES.castTo(DataType.DOUBLE)));
  }

  @Test
  void feedForward_ofImages_handsThemOnChannelsLast() {
    MultiLayerNetwork network = fitted();
    List<INDArray> activations = network.feedForward(IMAGES, false);
    assertTrue(ChannelsLast.isInRowOrder(activations.get(0)), "the network's input");
    activations.stream()
        .skip(1)
        .filter(activation -> activation.rank() == 4)
        .forEach(activation -> assertTrue(ChannelsLast.has(activation)));
    Parity.requireSameCodes(network, Qat.convert(network), IMAGES);
  }
}
