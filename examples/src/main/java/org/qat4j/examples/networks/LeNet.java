package org.qat4j.examples.networks;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * LeNet-5 (LeCun et al. 1998) in its modern form: two 5x5 convolutions of 20 and 50 channels, each
 * with batch normalization, ReLU and 2x2 max pooling, then dense layers of 500 and {@code classes}.
 */
public final class LeNet {
  /** Height and width of its input, in pixels. */
  public static final int SIZE = 28;

  private LeNet() {}

  /**
   * A network with fresh weights that depend on the seed only. Input float32 [batch, 1, 28, 28],
   * output probabilities [batch, classes].
   */
  public static MultiLayerNetwork create(
      long seed, IUpdater updater, double weightDecay, int classes) {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(updater)
            .l2(weightDecay)
            .weightInit(WeightInit.RELU)
            .list()
            .layer(convolution("conv1", 20))
            .layer(new BatchNormalization.Builder().name("norm1").build())
            .layer(relu("relu1"))
            .layer(pooling("pool1"))
            .layer(convolution("conv2", 50))
            .layer(new BatchNormalization.Builder().name("norm2").build())
            .layer(relu("relu2"))
            .layer(pooling("pool2"))
            .layer(
                new DenseLayer.Builder()
                    .name("dense")
                    .nOut(500)
                    .activation(Activation.RELU)
                    .build())
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .name("output")
                    .nOut(classes)
                    .activation(Activation.SOFTMAX)
                    .weightInit(WeightInit.XAVIER)
                    .build())
            .setInputType(InputType.convolutional(SIZE, SIZE, 1))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  private static ConvolutionLayer convolution(String name, int channels) {
    return new ConvolutionLayer.Builder(5, 5)
        .name(name)
        .nOut(channels)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static ActivationLayer relu(String name) {
    return new ActivationLayer.Builder().name(name).activation(Activation.RELU).build();
  }

  private static SubsamplingLayer pooling(String name) {
    return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
        .name(name)
        .kernelSize(2, 2)
        .stride(2, 2)
        .build();
  }
}
