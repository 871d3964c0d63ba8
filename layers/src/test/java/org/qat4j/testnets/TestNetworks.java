package org.qat4j.testnets;

import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small convolutional networks and data for them, the same for the same seed. */
public final class TestNetworks {
  public static final int CLASSES = 4;
  private static final int SIZE = 10;

  private TestNetworks() {}

  private static NeuralNetConfiguration.Builder settings(
      long seed, DataType type, Consumer<NeuralNetConfiguration.Builder> more) {
    NeuralNetConfiguration.Builder settings =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .dataType(type)
            .updater(new Adam(3e-3))
            .l2(1e-4);
    more.accept(settings);
    return settings;
  }

  private static ConvolutionLayer convolution(
      int channels, int kernel, int stride, Activation activation) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .nOut(channels)
        .activation(activation)
        .convolutionMode(ConvolutionMode.Same)
        .build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** conv+BN+ReLU, pool, conv(relu) with stride 2, dense+BN+ReLU, output. */
  public static MultiLayerNetwork multiLayer(long seed, DataType type) {
    return multiLayer(seed, type, settings -> {});
  }

  /** As {@link #multiLayer(long, DataType)}, with more settings for all layers. */
  public static MultiLayerNetwork multiLayer(
      long seed, DataType type, Consumer<NeuralNetConfiguration.Builder> more) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            settings(seed, type, more)
                .list()
                .layer(convolution(6, 3, 1, Activation.IDENTITY))
                .layer(new BatchNormalization.Builder().build())
                .layer(new ActivationLayer(Activation.RELU))
                .layer(new SubsamplingLayer.Builder(2, 2).stride(2, 2).build())
                .layer(convolution(5, 3, 2, Activation.RELU))
                .layer(new DenseLayer.Builder().nOut(12).activation(Activation.IDENTITY).build())
                .layer(new BatchNormalization.Builder().useLogStd(false).build())
                .layer(new ActivationLayer(Activation.RELU6))
                .layer(output())
                .setInputType(InputType.convolutional(SIZE, SIZE, 2))
                .build());
    network.init();
    return network;
  }

  /** conv+BN+ReLU, pool, dense, output as a graph. */
  public static ComputationGraph graph(long seed) {
    return graph(seed, settings -> {});
  }

  /** As {@link #graph(long)}, with more settings for all layers. */
  public static ComputationGraph graph(long seed, Consumer<NeuralNetConfiguration.Builder> more) {
    ComputationGraph network =
        new ComputationGraph(
            settings(seed, DataType.FLOAT, more)
                .graphBuilder()
                .addInputs("image")
                .addLayer("conv", convolution(6, 3, 1, Activation.IDENTITY), "image")
                .addLayer("bn", new BatchNormalization.Builder().build(), "conv")
                .addLayer("relu", new ActivationLayer(Activation.RELU), "bn")
                .addLayer("pool", new SubsamplingLayer.Builder(2, 2).stride(2, 2).build(), "relu")
                .addLayer(
                    "dense",
                    new DenseLayer.Builder().nOut(12).activation(Activation.RELU).build(),
                    "pool")
                .addLayer("out", output(), "dense")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(SIZE, SIZE, 2))
                .build());
    network.init();
    return network;
  }

  /** Two residual blocks, a concatenation, average and global average pooling. */
  public static ComputationGraph residual(long seed) {
    return residual(seed, DataType.FLOAT, settings -> {});
  }

  /** As {@link #residual(long)}, with more settings for all layers. */
  public static ComputationGraph residual(
      long seed, DataType type, Consumer<NeuralNetConfiguration.Builder> more) {
    var graph = settings(seed, type, more).graphBuilder().addInputs("image");
    graph.addLayer("stem", convolution(6, 3, 1, Activation.RELU), "image");
    graph.addLayer("a", convolution(6, 3, 1, Activation.IDENTITY), "stem");
    graph.addLayer("aNorm", new BatchNormalization.Builder().build(), "a");
    graph.addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "aNorm", "stem");
    graph.addLayer("sumRelu", new ActivationLayer(Activation.RELU), "sum");
    graph.addLayer("b", convolution(4, 3, 2, Activation.IDENTITY), "sumRelu");
    graph.addLayer(
        "c",
        new SubsamplingLayer.Builder(PoolingType.AVG, new int[] {2, 2}).stride(2, 2).build(),
        "sumRelu");
    graph.addVertex("both", new MergeVertex(), "b", "c");
    graph.addLayer("bothRelu", new ActivationLayer(Activation.RELU), "both");
    graph.addLayer("mean", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "bothRelu");
    graph.addLayer("out", output(), "mean");
    ComputationGraph network =
        new ComputationGraph(
            graph.setOutputs("out").setInputTypes(InputType.convolutional(SIZE, SIZE, 2)).build());
    network.init();
    return network;
  }

  /**
   * Random images whose class is the quadrant that is brightest, so that there is something to
   * learn.
   */
  public static DataSet data(long seed, int count, DataType type) {
    java.util.Random random = new java.util.Random(seed);
    INDArray images = Nd4j.create(type, count, 2, SIZE, SIZE);
    INDArray labels = Nd4j.zeros(type, count, CLASSES);
    for (int i = 0; i < count; i++) {
      int label = random.nextInt(CLASSES);
      labels.putScalar(i, label, 1);
      for (int c = 0; c < 2; c++) {
        for (int y = 0; y < SIZE; y++) {
          for (int x = 0; x < SIZE; x++) {
            boolean bright = (y < SIZE / 2 ? 0 : 2) + (x < SIZE / 2 ? 0 : 1) == label;
            images.putScalar(
                new int[] {i, c, y, x}, random.nextGaussian() * 0.5 + (bright ? 0.7 : 0));
          }
        }
      }
    }
    return new DataSet(images, labels);
  }
}
