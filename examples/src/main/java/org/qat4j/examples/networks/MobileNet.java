package org.qat4j.examples.networks;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A MobileNet for small images: a 3x3 convolution, seven blocks of a 3x3 depthwise and a 1x1
 * convolution, each with batch normalization and ReLU6, and the mean of each channel before the
 * classifier. Three blocks halve the image. Source: Howard et al. 2017, arXiv:1704.04861, sec. 3.
 */
public final class MobileNet {
  /** Height and width of its input, in pixels. */
  public static final int SIZE = 32;

  private final ListBuilder list;

  private MobileNet(ListBuilder list) {
    this.list = list;
  }

  /**
   * A network with fresh weights that depend on the seed only. Input float32 [batch, 3, 32, 32],
   * output probabilities [batch, classes].
   *
   * @param channels of the first convolution; the last block has 16 times as many; 32 in the paper
   */
  public static MultiLayerNetwork create(
      long seed, IUpdater updater, double weightDecay, int channels, int classes) {
    ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(updater)
            .l2(weightDecay)
            .weightInit(WeightInit.RELU)
            .convolutionMode(ConvolutionMode.Same)
            .list();
    new MobileNet(list).body(channels);
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

  private void body(int channels) {
    convolution("stem", 3, channels);
    block(1, 2 * channels, 1);
    block(2, 4 * channels, 2);
    block(3, 4 * channels, 1);
    block(4, 8 * channels, 2);
    block(5, 8 * channels, 1);
    block(6, 16 * channels, 2);
    block(7, 16 * channels, 1);
    list.layer(new GlobalPoolingLayer.Builder(PoolingType.AVG).name("mean").build());
  }

  private void block(int index, int channels, int stride) {
    String name = "block" + index + "_depthwise";
    list.layer(
        new DepthwiseConvolution2D.Builder(3, 3)
            .name(name)
            .stride(stride, stride)
            .hasBias(false)
            .activation(Activation.IDENTITY)
            .build());
    normalized(name);
    convolution("block" + index + "_pointwise", 1, channels);
  }

  private void convolution(String name, int kernel, int channels) {
    list.layer(
        new ConvolutionLayer.Builder(kernel, kernel)
            .name(name)
            .nOut(channels)
            .hasBias(false)
            .activation(Activation.IDENTITY)
            .build());
    normalized(name);
  }

  private void normalized(String name) {
    list.layer(new BatchNormalization.Builder().name(name + "_norm").build());
    list.layer(
        new ActivationLayer.Builder().name(name + "_relu6").activation(Activation.RELU6).build());
  }
}
