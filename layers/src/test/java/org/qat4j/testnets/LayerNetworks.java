package org.qat4j.testnets;

import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small graphs that hold every supported layer, for the data of {@link TestNetworks#data}. */
public final class LayerNetworks {
  private static final int SIZE = 10;

  /** All of them, by name. */
  public static final Map<String, BiFunction<Long, DataType, ComputationGraph>> ALL =
      Map.of(
          "depthwise", LayerNetworks::depthwise,
          "normalizations", LayerNetworks::normalizations,
          "activations", LayerNetworks::activations);

  /** Makes a graph. */
  @FunctionalInterface
  public interface Configured {
    /**
     * Makes it.
     *
     * @param more settings for all layers
     */
    ComputationGraph of(long seed, DataType type, Consumer<NeuralNetConfiguration.Builder> more);
  }

  /** All of them and one with residual blocks, with more settings for all layers, by name. */
  public static final Map<String, Configured> CONFIGURED =
      Map.of(
          "depthwise", LayerNetworks::depthwise,
          "normalizations", LayerNetworks::normalizations,
          "activations", LayerNetworks::activations,
          "residual", TestNetworks::residual);

  private final GraphBuilder graph;
  private String last = "image";

  private LayerNetworks(long seed, DataType type, Consumer<NeuralNetConfiguration.Builder> more) {
    NeuralNetConfiguration.Builder settings =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .dataType(type)
            .updater(new Adam(3e-3))
            .l2(1e-4)
            .convolutionMode(ConvolutionMode.Same);
    more.accept(settings);
    graph =
        settings
            .graphBuilder()
            .addInputs("image")
            .setInputTypes(InputType.convolutional(SIZE, SIZE, 2));
  }

  private LayerNetworks then(String name, Layer layer) {
    graph.addLayer(name, layer, last);
    last = name;
    return this;
  }

  private ComputationGraph build() {
    then(
        "out",
        new OutputLayer.Builder(LossFunction.MCXENT)
            .nOut(TestNetworks.CLASSES)
            .activation(Activation.SOFTMAX)
            .build());
    ComputationGraph network = new ComputationGraph(graph.setOutputs("out").build());
    network.init();
    return network;
  }

  private static ConvolutionLayer convolution(int kernel, int channels, Activation activation) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nOut(channels)
        .activation(activation)
        .build();
  }

  private static BatchNormalization norm() {
    return new BatchNormalization.Builder().build();
  }

  /**
   * Depthwise convolutions with a multiplier, stride and padding, and separable ones with and
   * without bias.
   */
  public static ComputationGraph depthwise(long seed, DataType type) {
    return depthwise(seed, type, settings -> {});
  }

  private static ComputationGraph depthwise(
      long seed, DataType type, Consumer<NeuralNetConfiguration.Builder> more) {
    return new LayerNetworks(seed, type, more)
        .then(
            "first",
            new DepthwiseConvolution2D.Builder(3, 3)
                .depthMultiplier(3)
                .activation(Activation.RELU)
                .build())
        .then(
            "strided",
            new DepthwiseConvolution2D.Builder(3, 3)
                .stride(2, 2)
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build())
        .then("stridedNorm", norm())
        .then("stridedRelu", new ActivationLayer(Activation.RELU6))
        .then(
            "separable",
            new SeparableConvolution2D.Builder(3, 3)
                .depthMultiplier(2)
                .nOut(5)
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build())
        .then("separableNorm", norm())
        .then("separableRelu", new ActivationLayer(Activation.RELU))
        .then(
            "padded",
            new DepthwiseConvolution2D.Builder(3, 2)
                .convolutionMode(ConvolutionMode.Truncate)
                .padding(2, 1)
                .activation(Activation.RELU)
                .build())
        .then(
            "biased",
            new SeparableConvolution2D.Builder(2, 3)
                .nOut(6)
                .biasInit(0.1)
                .activation(Activation.TANH)
                .build())
        .then("mean", new GlobalPoolingLayer.Builder(PoolingType.AVG).build())
        .build();
  }

  /**
   * Batch normalization before a convolution, behind a concatenation, behind max pooling and of
   * features; padding and upsampling.
   */
  public static ComputationGraph normalizations(long seed, DataType type) {
    return normalizations(seed, type, settings -> {});
  }

  private static ComputationGraph normalizations(
      long seed, DataType type, Consumer<NeuralNetConfiguration.Builder> more) {
    LayerNetworks network =
        new LayerNetworks(seed, type, more)
            .then("inputNorm", norm())
            .then("stem", convolution(3, 4, Activation.RELU))
            .then("preNorm", norm())
            .then("preRelu", new ActivationLayer(Activation.RELU))
            .then("conv", convolution(3, 3, Activation.IDENTITY));
    network.graph.addVertex("both", new MergeVertex(), "conv", "stem");
    network.last = "both";
    return network
        .then("bothNorm", new BatchNormalization.Builder().useLogStd(false).build())
        .then("bothClamp", new ActivationLayer(Activation.HARDTANH))
        .then("pool", new SubsamplingLayer.Builder(2, 2).stride(2, 2).build())
        .then("poolNorm", new BatchNormalization.Builder().lockGammaBeta(true).build())
        .then("up", new Upsampling2D.Builder(2).build())
        .then("pad", new ZeroPaddingLayer(1, 0, 2, 1))
        .then("reduce", convolution(1, 3, Activation.RELU))
        .then("dense", new DenseLayer.Builder().nOut(9).activation(Activation.RELU).build())
        .then("denseNorm", new BatchNormalization.Builder().beta(0.1).build())
        .then("denseRelu", new ActivationLayer(Activation.RELU6))
        .build();
  }

  /** Functions that are no clamps, as layers and as the activation of a layer; dilation. */
  public static ComputationGraph activations(long seed, DataType type) {
    return activations(seed, type, settings -> {});
  }

  private static ComputationGraph activations(
      long seed, DataType type, Consumer<NeuralNetConfiguration.Builder> more) {
    return new LayerNetworks(seed, type, more)
        .then("tanh", convolution(3, 4, Activation.TANH))
        .then(
            "conv",
            new ConvolutionLayer.Builder(3, 3)
                .dilation(2, 2)
                .nOut(5)
                .activation(Activation.IDENTITY)
                .build())
        .then("convNorm", norm())
        .then("leaky", new ActivationLayer(new ActivationLReLU(0.2)))
        .then("sigmoid", convolution(3, 4, Activation.SIGMOID))
        .then("hardSigmoid", new ActivationLayer(Activation.HARDSIGMOID))
        .then("hardTanh", convolution(3, 3, Activation.HARDTANH))
        .then("pool", new SubsamplingLayer.Builder(2, 2).stride(2, 2).build())
        .then("dense", new DenseLayer.Builder().nOut(8).activation(Activation.LEAKYRELU).build())
        .build();
  }
}
