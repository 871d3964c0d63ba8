package org.qat4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Deeplearning4j lets dropout and losses change a layer's output in place: gradients stay right.
 */
class InPlaceReadersTest {
  private static final long SEED = 5;

  static Stream<Arguments> dropouts() {
    return Stream.of(
            new Dropout(0.5), new GaussianDropout(0.3), new AlphaDropout(0.5), new GaussianNoise(2))
        .flatMap(
            dropout ->
                Stream.of(
                        ActivationScheme.lsq(4),
                        ActivationScheme.lsqPlus(4),
                        ActivationScheme.pact(4),
                        ActivationScheme.observed(8))
                    .flatMap(
                        scheme ->
                            Stream.of(true, false)
                                .map(
                                    own ->
                                        Arguments.of(
                                            dropout.getClass().getSimpleName(),
                                            scheme,
                                            own,
                                            dropout))));
  }

  private static MultiLayerNetwork prepared(
      IDropout dropout, boolean own, ActivationScheme scheme) {
    var list =
        new NeuralNetConfiguration.Builder()
            .seed(SEED)
            .updater(new Sgd(0.1))
            .list()
            .layer(new DenseLayer.Builder().nOut(16).activation(Activation.RELU).build());
    DenseLayer.Builder second = new DenseLayer.Builder().nOut(8).activation(Activation.IDENTITY);
    if (own) {
      list.layer(new DropoutLayer.Builder(dropout).build()).layer(second.build());
    } else {
      list.layer(second.dropOut(dropout).build());
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list.layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.feedForward(10))
                .build());
    network.init();
    return Qat.prepare(network, QatConfig.builder().activations(scheme).build());
  }

  /** Dropout works on a copy where no layer may change its input. */
  @ParameterizedTest(name = "{0}, {1}, a layer of its own {2}")
  @MethodSource("dropouts")
  void backprop_dropoutInPlace_gradientsAreThoseOfDropoutOnACopy(
      String name, ActivationScheme scheme, boolean own, IDropout dropout) {
    MultiLayerNetwork inPlace = prepared(dropout, own, scheme);
    MultiLayerNetwork onCopies = prepared(dropout, own, scheme);
    for (Layer layer : onCopies.getLayers()) {
      layer.allowInputModification(false);
    }
    float[] expected = gradient(onCopies);
    float[] actual = gradient(inPlace);
    assertTrue(Nd4j.createFromArray(expected).amaxNumber().doubleValue() > 0.01);
    assertArrayEquals(expected, actual, 1e-6f);
  }

  private static float[] gradient(MultiLayerNetwork network) {
    Nd4j.getRandom().setSeed(SEED);
    network.setInput(Nd4j.rand(DataType.FLOAT, 6, 10).subi(0.5));
    network.setLabels(Nd4j.eye(3).castTo(DataType.FLOAT).repeat(0, 2));
    network.computeGradientAndScore();
    return network.gradient().gradient().ravel().toFloatVector();
  }

  /** "a" and "b" read the same output; "b" comes last and drops. */
  private static ComputationGraph branching(boolean own) {
    var graph =
        new NeuralNetConfiguration.Builder()
            .seed(SEED)
            .updater(new Sgd(0.1))
            .activation(Activation.RELU)
            .graphBuilder()
            .addInputs("in")
            .addLayer("stem", new DenseLayer.Builder().nOut(16).build(), "in")
            .addLayer("a", new DenseLayer.Builder().nOut(8).build(), "stem");
    DenseLayer.Builder dropping = new DenseLayer.Builder().nOut(8);
    if (own) {
      graph.addLayer("drop", new DropoutLayer(0.5), "stem").addLayer("b", dropping.build(), "drop");
    } else {
      graph.addLayer("b", dropping.dropOut(0.5).build(), "stem");
    }
    ComputationGraph network =
        new ComputationGraph(
            graph
                .addVertex("both", new MergeVertex(), "a", "b")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "both")
                .setOutputs("out")
                .setInputTypes(InputType.feedForward(10))
                .build());
    network.init();
    return network;
  }

  /** The original layer works on a copy only where it is told to. */
  @ParameterizedTest(name = "a layer of its own {0}")
  @ValueSource(booleans = {true, false})
  void backprop_oneOfTwoReadersDrops_gradientOfTheOtherIsThatOfTheWholeInput(boolean own) {
    ComputationGraph original = branching(own);
    ComputationGraph prepared = Qat.prepare(original, QatConfig.floatingPoint());
    for (Layer layer : original.getLayers()) {
      layer.allowInputModification(false);
    }
    for (String parameter : List.of("a_W", "b_W", "stem_W")) {
      INDArray expected = gradient(original, parameter);
      assertArrayEquals(
          expected.ravel().toFloatVector(),
          gradient(prepared, parameter).ravel().toFloatVector(),
          1e-6f,
          parameter);
    }
  }

  private static INDArray gradient(ComputationGraph network, String parameter) {
    Nd4j.getRandom().setSeed(SEED);
    network.setInputs(Nd4j.rand(DataType.FLOAT, 6, 10).subi(0.5));
    network.setLabels(Nd4j.eye(3).castTo(DataType.FLOAT).repeat(0, 2));
    network.computeGradientAndScore();
    return network.gradient().getGradientFor(parameter).dup();
  }
}
