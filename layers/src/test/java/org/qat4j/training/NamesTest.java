package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;

/** Names that a layer has must not be those of tensors that inference and conversion make. */
class NamesTest {
  private static final INDArray IMAGES = TestNetworks.data(1, 3, DataType.FLOAT).getFeatures();

  /** Two dense layers read the convolution of that name. */
  private static ComputationGraph graph(String name) {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.1))
                .activation(Activation.RELU)
                .graphBuilder()
                .addInputs("image")
                .addLayer(name, new ConvolutionLayer.Builder(3, 3).nOut(3).build(), "image")
                .addLayer("a", new DenseLayer.Builder().nOut(4).build(), name)
                .addLayer("b", new DenseLayer.Builder().nOut(5).build(), name)
                .addVertex("both", new MergeVertex(), "a", "b")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(TestNetworks.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "both")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(10, 10, 2))
                .build());
    network.init();
    return network;
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"conv", "output", "input0", "input0_codes"})
  void inference_layerOfAnyNameReadTwice_isThatOfTheModel(String name) {
    ComputationGraph network = Qat.prepare(graph(name), QatConfig.int8());
    network.fit(TestNetworks.data(2, 8, DataType.FLOAT));
    assertEquals(6, Parity.requireSameCodes(network, Qat.convert(network), IMAGES), "compared");
  }
}
