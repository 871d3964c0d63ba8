package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;

/** Names that a layer has must not be those of tensors that inference and conversion make. */
class NamesTest {
  @TempDir private Path folder;

  private static final INDArray IMAGES = TestNetworks.data(1, 3, DataType.FLOAT).getFeatures();

  /** Two dense layers read the convolution of that name, which reads the input of that name. */
  private static ComputationGraph graph(String input, String name) {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.1))
                .activation(Activation.RELU)
                .graphBuilder()
                .addInputs(input)
                .addLayer(name, new ConvolutionLayer.Builder(3, 3).nOut(3).build(), input)
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

  /** conv - mean - hidden - out, with these names; null for none. */
  private static MultiLayerNetwork chain(String... names) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.1))
                .activation(Activation.RELU)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).name(names[0]).nOut(3).build())
                .layer(new GlobalPoolingLayer.Builder(PoolingType.AVG).name(names[1]).build())
                .layer(new DenseLayer.Builder().name(names[2]).nOut(4).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .name(names[3])
                        .nOut(TestNetworks.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(10, 10, 2))
                .build());
    network.init();
    return network;
  }

  @ParameterizedTest
  @CsvSource({
    "input, input_quantizer, input_, out",
    "c, mean, mean_flat, out",
    "c, m, out_logits, out",
    "c, m, out_logits_real, out",
    "x, x, x, x",
    "layer1,,,",
    ",layer0,,out",
    "c,'',d,''",
    "output, input, output_, input_"
  })
  void convert_layersOfAnyNames_isTheNetworksInference(String a, String b, String c, String d) {
    MultiLayerNetwork original = chain(a, b, c, d);
    MultiLayerNetwork network = Qat.prepare(original, QatConfig.int8());
    network.fit(TestNetworks.data(2, 8, DataType.FLOAT));
    Path file = folder.resolve("model.onnx");
    assertDoesNotThrow(() -> Qat.convert(network).save(file));
    QuantizedModel model = assertDoesNotThrow(() -> QuantizedModel.load(file));
    assertEquals(5, Parity.requireSameCodes(network, model, IMAGES), "compared");
    MultiLayerNetwork restored = Qat.restore(network, original);
    assertEquals(original.numParams(), restored.numParams());
  }

  @Test
  void prepare_vertexOfEmptyName_isRefused() {
    ComputationGraph network = graph("image", "");
    QatConfig config = QatConfig.int8();
    Exception refusal =
        assertThrows(IllegalArgumentException.class, () -> Qat.prepare(network, config));
    assertEquals(
        "a vertex of the graph has the empty name, which ONNX files keep for what is left out;"
            + " name it",
        refusal.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "image, conv",
    "image, output",
    "image, input0",
    "image, input0_codes",
    "image, input",
    "out_logits, conv",
    "out_logits_real, out_logits",
    "a_flat, conv_flat"
  })
  void inference_layerOfAnyNameReadTwice_isThatOfTheModel(String input, String name) {
    ComputationGraph network = Qat.prepare(graph(input, name), QatConfig.int8());
    network.fit(TestNetworks.data(2, 8, DataType.FLOAT));
    assertEquals(6, Parity.requireSameCodes(network, Qat.convert(network), IMAGES), "compared");
  }
}
