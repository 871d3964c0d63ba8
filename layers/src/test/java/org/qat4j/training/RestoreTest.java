package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.qat4j.testnets.LayerNetworks;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.forms.UnsupportedLayerException;

/** The way from a prepared network back to an ordinary one. */
class RestoreTest {
  private static final QatConfig FLOAT = QatConfig.floatingPoint();
  private static final double TOLERANCE = 1e-4;

  private static INDArray images(long seed) {
    return TestNetworks.data(seed + 10, 16, DataType.FLOAT).getFeatures();
  }

  private static void assertClose(INDArray expected, INDArray actual) {
    assertEquals(0, expected.sub(actual).amaxNumber().doubleValue(), TOLERANCE);
  }

  @Test
  void restore_swappedArguments_saysSo() {
    MultiLayerNetwork original = TestNetworks.multiLayer(1, DataType.FLOAT);
    MultiLayerNetwork prepared = Qat.prepare(original, FLOAT);

    Exception failure =
        assertThrows(IllegalArgumentException.class, () -> Qat.restore(original, prepared));

    assertEquals(
        "the arguments are swapped: Qat.restore takes the prepared network first, then its original",
        failure.getMessage());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void restore_trainedInFloat_computesWhatThePreparedNetworkComputes(long seed) {
    MultiLayerNetwork original = TestNetworks.multiLayer(seed, DataType.FLOAT);
    INDArray untrained = original.params().dup();
    MultiLayerNetwork prepared = Qat.prepare(original, FLOAT);
    DataSet data = TestNetworks.data(seed, 32, DataType.FLOAT);
    for (int step = 0; step < 10; step++) {
      prepared.fit(data);
    }

    MultiLayerNetwork restored = Qat.restore(prepared, original);

    assertClose(prepared.output(images(seed)), restored.output(images(seed)));
    assertNotEquals(untrained, restored.params(), "it was trained");
    assertEquals(untrained, original.params(), "the original is unchanged");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void restore_residualGraphTrainedInFloat_computesWhatThePreparedNetworkComputes(long seed) {
    ComputationGraph original = TestNetworks.residual(seed);
    INDArray untrained = original.params().dup();
    ComputationGraph prepared = Qat.prepare(original, FLOAT);
    DataSet data = TestNetworks.data(seed, 32, DataType.FLOAT);
    for (int step = 0; step < 10; step++) {
      prepared.fit(data);
    }

    ComputationGraph restored = Qat.restore(prepared, original);

    assertClose(prepared.outputSingle(images(seed)), restored.outputSingle(images(seed)));
    assertNotEquals(untrained, restored.params(), "it was trained");
    assertEquals(untrained, original.params(), "the original is unchanged");
  }

  /** With 8 bits the sums of this layer could overflow, so that int8 itself refuses it. */
  @Test
  void restore_layerTooWideForInt8_givesTheTrainedOriginal() {
    int wide = 70_000;
    MultiLayerNetwork original =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.1))
                .list()
                .layer(
                    new DenseLayer.Builder().nIn(wide).nOut(2).activation(Activation.RELU).build())
                .layer(
                    new OutputLayer.Builder().nIn(2).nOut(2).activation(Activation.SOFTMAX).build())
                .build());
    original.init();
    DataSet data = new DataSet(Nd4j.rand(DataType.FLOAT, 2, wide), Nd4j.eye(2));
    assertThrows(UnsupportedLayerException.class, () -> Qat.prepare(original, QatConfig.int8()));
    for (QatConfig config : List.of(QatConfig.builder().weightBits(4).build(), FLOAT)) {
      MultiLayerNetwork prepared = Qat.prepare(original, config);
      prepared.fit(data);
      MultiLayerNetwork restored = Qat.restore(prepared, original);
      assertEquals(prepared.getParam("1_W"), restored.getParam("0_W"));
      assertNotEquals(original.getParam("0_W"), restored.getParam("0_W"), "it was trained");
    }
  }

  @Test
  void fit_preparedInFloat_takesTheStepsOfTheOriginal() {
    MultiLayerNetwork original = TestNetworks.multiLayer(7, DataType.DOUBLE);
    MultiLayerNetwork prepared = Qat.prepare(original, FLOAT);
    DataSet data = TestNetworks.data(7, 32, DataType.DOUBLE);
    for (int step = 0; step < 3; step++) {
      prepared.fit(data);
      original.fit(data);
    }

    assertEquals(
        0,
        Qat.restore(prepared, original).params().sub(original.params()).amaxNumber().doubleValue(),
        1e-6);
  }

  private static ComputationGraph saved(ComputationGraph network) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ModelSerializer.writeModel(network, bytes, true);
      return ModelSerializer.restoreComputationGraph(
          new ByteArrayInputStream(bytes.toByteArray()), true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<Arguments> copies() {
    Map<String, UnaryOperator<ComputationGraph>> ways =
        Map.of(
            "itself", network -> network,
            "its clone", ComputationGraph::clone,
            "saved and loaded", RestoreTest::saved);
    return LayerNetworks.CONFIGURED.keySet().stream()
        .flatMap(name -> ways.entrySet().stream().map(way -> Arguments.of(name, way)));
  }

  /** Rules and exemptions change what layers compute, not where their parameters come from. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("copies")
  void restore_preparedByRulesAndCopied_givesEveryParameterOfTheOriginal(
      String name, Map.Entry<String, UnaryOperator<ComputationGraph>> way) {
    ComputationGraph original =
        LayerNetworks.CONFIGURED.get(name).of(1, DataType.FLOAT, settings -> {});
    QatConfig config =
        QatConfig.builder()
            .weightBits(3)
            .activationBits(4)
            .firstAndLast(8)
            .exempt(ConvolutionLayer.class)
            .build();
    ComputationGraph prepared = way.getValue().apply(Qat.prepare(original, config));
    ComputationGraph fresh =
        LayerNetworks.CONFIGURED.get(name).of(2, DataType.FLOAT, settings -> {});
    assertNotEquals(original.params(), fresh.params());
    assertEquals(original.params(), Qat.restore(prepared, fresh).params());
  }

  @Test
  void restore_withAnotherOriginal_saysWhichLayerDiffers() {
    ComputationGraph prepared = Qat.prepare(TestNetworks.graph(1), FLOAT);

    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> Qat.restore(prepared, TestNetworks.residual(1)));

    assertEquals(
        "the network was not prepared from this original: parameter 'b' of layer 'stem' has shape"
            + " [6], but the prepared layer 'stem' has none",
        e.getMessage());
  }
}
