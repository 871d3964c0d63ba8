package org.qat4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

class MeasuredNetworkTest {
  private static List<Layer> layers(Model network) {
    return Arrays.asList(
        network instanceof ComputationGraph graph
            ? graph.getLayers()
            : ((MultiLayerNetwork) network).getLayers());
  }

  /** The numbers are those of the convolutions and dense layers, with a bias each. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "L, 431080, 2, 0",
    "R, 271690, 21, 9",
    "V, 2196810, 6, 0",
  })
  void dl4j_isTheNetworkAsItIsDeployed(
      MeasuredNetwork network, long parameters, long convolutions, long activations) {
    Model stock = (Model) network.dl4j();
    Map<String, Long> kinds = new TreeMap<>();
    layers(stock)
        .forEach(
            layer ->
                kinds.merge(layer.conf().getLayer().getClass().getSimpleName(), 1L, Long::sum));

    assertEquals(parameters, stock.numParams());
    assertEquals(convolutions, kinds.get("ConvolutionLayer"));
    assertEquals(activations, kinds.getOrDefault("ActivationLayer", 0L));
    assertEquals(0, kinds.getOrDefault("BatchNormalization", 0L));
    var images = Nd4j.rand(network.shape(2));
    var output =
        stock instanceof ComputationGraph graph
            ? graph.outputSingle(images)
            : ((MultiLayerNetwork) stock).output(images);
    assertArrayEquals(new long[] {2, 10}, output.shape());
  }
}
