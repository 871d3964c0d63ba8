package org.qat4j.benchmarks;

import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The measured networks in stock Deeplearning4j, as they are deployed: batch norm is folded into
 * the convolutions, so there is none. Fresh weights, since only the time counts.
 */
final class Dl4jNetworks {
  private static final int CLASSES = 10;

  private Dl4jNetworks() {}

  static NeuralNetwork leNet() {
    ListBuilder layers = builder().list();
    for (int channels : new int[] {20, 50}) {
      layers.layer(convolution(channels, 5, 1, ConvolutionMode.Truncate, Activation.RELU));
      layers.layer(pooling());
    }
    return sequence(layers, 500, InputType.convolutional(28, 28, 1));
  }

  static NeuralNetwork vgg() {
    ListBuilder layers = builder().list();
    for (int channels : new int[] {64, 128, 256}) {
      layers.layer(convolution(channels, 3, 1, ConvolutionMode.Same, Activation.RELU));
      layers.layer(convolution(channels, 3, 1, ConvolutionMode.Same, Activation.RELU));
      layers.layer(pooling());
    }
    return sequence(layers, 256, InputType.convolutional(32, 32, 3));
  }

  static NeuralNetwork resNet20() {
    GraphBuilder graph =
        builder()
            .graphBuilder()
            .addInputs("image")
            .setInputTypes(InputType.convolutional(32, 32, 3));
    add(graph, "stem", "image", 16, 3, 1, Activation.RELU);
    String last = "stem";
    for (int channels : new int[] {16, 32, 64}) {
      for (int block = 0; block < 3; block++) {
        String name = "block" + channels + "_" + block;
        addBlock(graph, name, last, channels, channels > 16 && block == 0);
        last = name;
      }
    }
    graph
        .addLayer("mean", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), last)
        .addLayer("output", output(), "mean")
        .setOutputs("output");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }

  private static void addBlock(
      GraphBuilder graph, String name, String input, int channels, boolean shrinks) {
    int stride = shrinks ? 2 : 1;
    add(graph, name + "_a", input, channels, 3, stride, Activation.RELU);
    add(graph, name + "_b", name + "_a", channels, 3, 1, Activation.IDENTITY);
    String shortcut = input;
    if (shrinks) {
      shortcut = name + "_shortcut";
      add(graph, shortcut, input, channels, 1, stride, Activation.IDENTITY);
    }
    String sum = name + "_sum";
    graph.addVertex(sum, new ElementWiseVertex(ElementWiseVertex.Op.Add), name + "_b", shortcut);
    graph.addLayer(name, new ActivationLayer(Activation.RELU), sum);
  }

  private static void add(
      GraphBuilder graph,
      String name,
      String input,
      int channels,
      int kernel,
      int stride,
      Activation activation) {
    graph.addLayer(
        name, convolution(channels, kernel, stride, ConvolutionMode.Same, activation), input);
  }

  private static NeuralNetConfiguration.Builder builder() {
    return new NeuralNetConfiguration.Builder().seed(1).weightInit(WeightInit.RELU);
  }

  private static ConvolutionLayer convolution(
      int channels, int kernel, int stride, ConvolutionMode mode, Activation activation) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .nOut(channels)
        .convolutionMode(mode)
        .activation(activation)
        .build();
  }

  private static SubsamplingLayer pooling() {
    return new SubsamplingLayer.Builder(2, 2).stride(2, 2).build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static NeuralNetwork sequence(ListBuilder layers, int hidden, InputType input) {
    layers.layer(new DenseLayer.Builder().nOut(hidden).activation(Activation.RELU).build());
    layers.layer(output()).setInputType(input);
    MultiLayerNetwork network = new MultiLayerNetwork(layers.build());
    network.init();
    return network;
  }
}
