package org.qat4j.examples.networks;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A small VGG: three stacks of two 3x3 convolutions, each with batch normalization and ReLU, each
 * stack with twice the channels of the one before and 2x2 max pooling behind it, then a dense
 * layer. Source: Simonyan and Zisserman 2015, arXiv:1409.1556, sec. 2.
 */
public final class Vgg {
  /** Height and width of its input, in pixels. */
  public static final int SIZE = 32;

  private static final int STACKS = 3;
  private static final int CONVOLUTIONS = 2;

  private final ListBuilder list;

  private Vgg(ListBuilder list) {
    this.list = list;
  }

  /**
   * A network with fresh weights that depend on the seed only. Input float32 [batch, 3, 32, 32],
   * output probabilities [batch, classes].
   *
   * @param channels of the first stack; 128 in the VGG-small that others measure on CIFAR-10
   * @param hidden units of the dense layer; 1024 there
   */
  public static MultiLayerNetwork create(
      long seed, IUpdater updater, double weightDecay, int channels, int hidden, int classes) {
    ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(updater)
            .l2(weightDecay)
            .weightInit(WeightInit.RELU)
            .list();
    new Vgg(list).body(channels, hidden);
    list.layer(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .name("output")
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .weightInit(WeightInit.XAVIER)
                .build())
        .setInputType(InputType.convolutional(SIZE, SIZE, 3));
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return network;
  }

  private void body(int channels, int hidden) {
    for (int stack = 1; stack <= STACKS; stack++) {
      for (int i = 1; i <= CONVOLUTIONS; i++) {
        convolution(stack + "_" + i, channels << (stack - 1));
      }
      list.layer(
          new SubsamplingLayer.Builder(PoolingType.MAX)
              .name("pool" + stack)
              .kernelSize(2, 2)
              .stride(2, 2)
              .build());
    }
    list.layer(
        new DenseLayer.Builder().name("dense").nOut(hidden).activation(Activation.RELU).build());
  }

  private void convolution(String name, int channels) {
    list.layer(
        new ConvolutionLayer.Builder(3, 3)
            .name("conv" + name)
            .nOut(channels)
            .convolutionMode(ConvolutionMode.Same)
            .hasBias(false)
            .activation(Activation.IDENTITY)
            .build());
    list.layer(new BatchNormalization.Builder().name("norm" + name).build());
    list.layer(
        new ActivationLayer.Builder().name("relu" + name).activation(Activation.RELU).build());
  }
}
