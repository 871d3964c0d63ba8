package org.qat4j.posttraining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;
import org.qat4j.training.network.NetworkView;

/** Cross-layer equalization: nothing changes but the ranges. */
class EqualizationTest {
  private static final double TOLERANCE = 2e-5;

  private static INDArray images(long seed) {
    return TestNetworks.data(seed + 10, 16, DataType.FLOAT).getFeatures();
  }

  private static void assertSame(INDArray expected, INDArray actual) {
    assertEquals(0, expected.sub(actual).amaxNumber().doubleValue(), TOLERANCE);
  }

  private static MultiLayerNetwork mixed(long seed, Activation activation) {
    Nd4j.getRandom().setSeed(seed);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).activation(activation).build())
                .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
                .layer(
                    new DepthwiseConvolution2D.Builder(3, 3)
                        .depthMultiplier(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new BatchNormalization())
                .layer(
                    new org.deeplearning4j.nn.conf.layers.ActivationLayer.Builder()
                        .activation(activation)
                        .build())
                .layer(new DenseLayer.Builder().nOut(6).activation(Activation.LEAKYRELU).build())
                .layer(new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.convolutional(10, 10, 2))
                .build());
    network.init();
    // Channels of very different ranges.
    INDArray weights = network.getLayer(0).getParam("W");
    for (int channel = 0; channel < 4; channel++) {
      weights.slice(channel).muli(Math.pow(10, channel - 2));
    }
    return network;
  }

  private static double spread(MultiLayerNetwork network) {
    INDArray weights = network.getLayer(0).getParam("W");
    double[] ranges =
        DoubleStream.iterate(0, i -> i + 1)
            .limit(4)
            .map(i -> weights.slice((long) i).amaxNumber().doubleValue())
            .toArray();
    return DoubleStream.of(ranges).max().orElseThrow()
        / DoubleStream.of(ranges).min().orElseThrow();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void equalize_multiLayer_computesTheSame(long seed) {
    MultiLayerNetwork network = TestNetworks.multiLayer(seed, DataType.FLOAT);
    INDArray before = network.params().dup();

    MultiLayerNetwork equalized = Equalization.equalize(network);

    assertSame(network.output(images(seed)), equalized.output(images(seed)));
    assertNotEquals(before, equalized.params(), "weights have moved");
    assertEquals(before, network.params(), "the original is unchanged");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void equalize_depthwisePoolingAndDense_computesTheSameWithEqualRanges(long seed) {
    MultiLayerNetwork network = mixed(seed, Activation.RELU);
    INDArray images = Nd4j.randn(DataType.FLOAT, 8, 2, 10, 10);

    MultiLayerNetwork equalized = Equalization.equalize(network);

    assertSame(network.output(images), equalized.output(images));
    assertTrue(spread(network) > 100, "spread " + spread(network));
    assertTrue(spread(equalized) < 20, "spread " + spread(equalized));
  }

  @Test
  void equalize_residualGraph_computesTheSame() {
    ComputationGraph network = TestNetworks.residual(4);

    ComputationGraph equalized = Equalization.equalize(network);

    assertSame(network.outputSingle(images(4)), equalized.outputSingle(images(4)));
  }

  @Test
  void equalize_pairAfterIt_hasTheSameRangeOnBothSides() {
    MultiLayerNetwork equalized = Equalization.equalize(mixed(5, Activation.RELU));

    MultiLayerNetwork prepared = Qat.prepare(equalized, QatConfig.floatingPoint());
    for (Equalization.Pair pair : Equalization.pairs(NetworkView.of(prepared))) {
      assertEquals(0, pair.balance(), 2e-3, pair.first().name());
    }
  }

  @Test
  void pairs_relu6_isNotCrossed() {
    MultiLayerNetwork prepared = Qat.prepare(mixed(6, Activation.RELU6), QatConfig.floatingPoint());

    List<String> first =
        Equalization.pairs(NetworkView.of(prepared)).stream()
            .map(pair -> pair.first().name())
            .toList();

    // The dense layer in front of leaky ReLU.
    assertEquals(List.of("layer5"), first);
  }
}
