package org.qat4j.examples.networks;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * ResNet-20: a 3x3 convolution, three stages of three residual blocks with 16, 32 and 64 channels,
 * and the mean of each channel before the classifier. Where the shape changes, a 1x1 convolution
 * projects the shortcut. Source: He et al. 2016, arXiv:1512.03385, sec. 4.2.
 */
public final class ResNet20 {
  /** Height and width of its input, in pixels. */
  public static final int SIZE = 32;

  private static final int[] STAGES = {16, 32, 64};
  private static final int BLOCKS = 3;

  private final GraphBuilder graph;

  private ResNet20(GraphBuilder graph) {
    this.graph = graph;
  }

  /**
   * A network with fresh weights that depend on the seed only. Input float32 [batch, 3, 32, 32],
   * output probabilities [batch, classes].
   */
  public static ComputationGraph create(
      long seed, IUpdater updater, double weightDecay, int classes) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(updater)
            .l2(weightDecay)
            .weightInit(WeightInit.RELU)
            .graphBuilder()
            .addInputs("image")
            .setInputTypes(InputType.convolutional(SIZE, SIZE, 3));
    String last = new ResNet20(graph).body();
    graph
        .addLayer("mean", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), last)
        .addLayer(
            "output",
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .weightInit(WeightInit.XAVIER)
                .build(),
            "mean")
        .setOutputs("output");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }

  private String body() {
    String last = relu("stem", convolution("stem", "image", STAGES[0], 3, 1));
    int channels = STAGES[0];
    for (int stage = 0; stage < STAGES.length; stage++) {
      for (int block = 0; block < BLOCKS; block++) {
        boolean shrinks = STAGES[stage] != channels;
        channels = STAGES[stage];
        last = block("stage" + (stage + 1) + "_" + (block + 1), last, channels, shrinks);
      }
    }
    return last;
  }

  private String block(String name, String input, int channels, boolean shrinks) {
    int stride = shrinks ? 2 : 1;
    String a = relu(name + "_a", convolution(name + "_a", input, channels, 3, stride));
    String b = convolution(name + "_b", a, channels, 3, 1);
    String shortcut = shrinks ? convolution(name + "_shortcut", input, channels, 1, stride) : input;
    graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), b, shortcut);
    return relu(name, name);
  }

  /** Convolution and batch normalization. */
  private String convolution(String name, String input, int channels, int kernel, int stride) {
    graph.addLayer(
        name + "_conv",
        new ConvolutionLayer.Builder(kernel, kernel)
            .stride(stride, stride)
            .nOut(channels)
            .convolutionMode(ConvolutionMode.Same)
            .hasBias(false)
            .activation(Activation.IDENTITY)
            .build(),
        input);
    graph.addLayer(name + "_norm", new BatchNormalization.Builder().build(), name + "_conv");
    return name + "_norm";
  }

  private String relu(String name, String input) {
    graph.addLayer(name + "_relu", new ActivationLayer(Activation.RELU), input);
    return name + "_relu";
  }
}
