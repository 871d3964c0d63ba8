package org.qat4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
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
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/** Inputs of another shape than a layer was made for are refused, or computed right. */
class InputShapeTest {
  private static final int BATCH = 16;
  private static final int CLASSES = 3;

  /** One for each family of training kernels. */
  private static final List<DataType> TYPES = List.of(DataType.FLOAT, DataType.DOUBLE);

  private static NeuralNetConfiguration.Builder settings() {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .updater(new Sgd(0.01))
        .activation(Activation.RELU)
        .convolutionMode(ConvolutionMode.Same);
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static Layer mean() {
    return new GlobalPoolingLayer.Builder(PoolingType.AVG).build();
  }

  private static MultiLayerNetwork network(InputType input, Layer... layers) {
    var list = settings().list();
    Stream.of(layers).forEach(list::layer);
    MultiLayerNetwork network =
        new MultiLayerNetwork(list.layer(output()).setInputType(input).build());
    network.init();
    return network;
  }

  private static INDArray random(long... shape) {
    Random random = new Random(3);
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }

  private static DataSet data(long... shape) {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, shape[0], CLASSES);
    for (int i = 0; i < shape[0]; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    return new DataSet(random(shape), labels);
  }

  private static final InputType IMAGES = InputType.convolutional(12, 12, 1);

  /** Made for one channel, or 60 features; given another shape. */
  static Stream<Arguments> wrong() {
    long[] rgb = {BATCH, 3, 12, 12};
    String channels = ": expected an input of shape [any, 1, any, any], got [16, 3, 12, 12];";
    return Stream.of(
            wrong("layer0", rgb, channels, () -> network(IMAGES, convolution(), mean())),
            wrong("layer0", rgb, channels, () -> network(IMAGES, depthwise(), mean())),
            wrong(
                "layer0_depthwise",
                rgb,
                channels,
                () -> network(IMAGES, new SeparableConvolution2D.Builder(3, 3).nOut(4).build())),
            wrong("layer0", rgb, channels, () -> network(IMAGES, norm(), convolution(), mean())),
            wrong(
                "input_quantizer",
                new long[] {BATCH, 12, 12},
                ": expected an input of shape [any, any] or [any, any, any, any], got [16, 12, 12];",
                () -> network(IMAGES, convolution(), mean())),
            wrong(
                "layer0",
                new long[] {BATCH, 144},
                ": expected an input of shape [any, 1, any, any], got [16, 144];",
                () -> network(IMAGES, convolution(), mean())),
            wrong(
                "layer0",
                new long[] {BATCH, 20},
                ": expected an input of shape [any, any, any, any], got [16, 20];",
                () -> network(IMAGES, pooling(PoolingType.MAX), convolution(), mean())),
            wrong(
                "layer0",
                new long[] {BATCH, 20},
                ": expected an input of shape [any, any, any, any], got [16, 20];",
                () -> network(IMAGES, pooling(PoolingType.AVG), convolution(), mean())),
            wrong(
                "layer0",
                new long[] {BATCH, 20},
                ": expected an input of shape [any, any, any, any], got [16, 20];",
                () -> network(IMAGES, mean(), dense())),
            wrong(
                "layer0",
                new long[] {BATCH, 20},
                ": expected an input of shape [any, 60], got [16, 20];",
                () -> network(InputType.feedForward(60), dense())),
            wrong(
                "layer0",
                new long[] {BATCH, 60, 1, 1},
                ": expected an input of shape [any, 60], got [16, 60, 1, 1];",
                () -> network(InputType.feedForward(60), dense())),
            wrong(
                "layer0",
                new long[] {BATCH, 20},
                ": expected an input of shape [any, 60], got [16, 20];",
                () -> network(InputType.feedForward(60), norm(), dense())),
            wrong(
                "layer2_logits",
                new long[] {BATCH, 20},
                ": expected an input of shape [any, 60], got [16, 20];",
                () ->
                    network(
                        InputType.feedForward(60),
                        new ActivationLayer(Activation.TANH),
                        new ActivationLayer(Activation.RELU))))
        .flatMap(each -> TYPES.stream().map(type -> with(type, each)));
  }

  private static Object[] wrong(
      String layer, long[] shape, String message, Supplier<MultiLayerNetwork> network) {
    return new Object[] {layer, shape, message, network};
  }

  private static Arguments with(DataType type, Object[] rest) {
    return Arguments.of(type, rest[0], rest[1], rest[2], rest[3]);
  }

  private static Layer convolution() {
    return new ConvolutionLayer.Builder(3, 3).nOut(4).build();
  }

  private static Layer depthwise() {
    return new DepthwiseConvolution2D.Builder(3, 3).depthMultiplier(2).build();
  }

  private static Layer norm() {
    return new BatchNormalization.Builder().build();
  }

  private static Layer dense() {
    return new DenseLayer.Builder().nOut(5).build();
  }

  private static Layer pooling(PoolingType type) {
    return new SubsamplingLayer.Builder(type, new int[] {2, 2}).stride(2, 2).build();
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("wrong")
  void fitAndOutput_inputOfAnotherShape_nameTheLayerAndBothShapes(
      DataType type,
      String layer,
      long[] shape,
      String message,
      Supplier<MultiLayerNetwork> original) {
    MultiLayerNetwork network = Qat.prepare(original.get().convertDataType(type), QatConfig.int8());
    DataSet data = as(type, data(shape));
    assertRefused(layer, message, () -> network.fit(data));
    assertRefused(layer, message, () -> network.output(data.getFeatures()));
    network.fit(as(type, rightDataOf(network)));
    assertRefused(layer, message, () -> network.fit(data));
    assertRefused(layer, message, () -> network.output(data.getFeatures()));
    assertTrue(Double.isFinite(network.score(as(type, rightDataOf(network)))));
  }

  private static DataSet as(DataType type, DataSet data) {
    return new DataSet(data.getFeatures().castTo(type), data.getLabels().castTo(type));
  }

  private static void assertRefused(
      String layer, String message, org.junit.jupiter.api.function.Executable run) {
    var error = assertThrows(DL4JInvalidInputException.class, run);
    assertTrue(
        error.getMessage().startsWith("layer '" + layer + "' (")
            && error.getMessage().contains(message),
        error.getMessage());
  }

  private static DataSet rightDataOf(MultiLayerNetwork network) {
    boolean features =
        network.getLayerWiseConfigurations().getConf(1).getLayer() instanceof QuantizingConf conf
            && (conf.getNIn() == 60 || conf instanceof QuantizedActivation);
    return features ? data(BATCH, 60) : data(BATCH, 1, 12, 12);
  }

  /** A sum and a concatenation of an image at two scales: equal only where nobody asked twice. */
  private static ComputationGraph merging(boolean sum) {
    var graph =
        settings()
            .graphBuilder()
            .addInputs("image")
            .addLayer("a", convolution(), "image")
            .addLayer("b", convolution(), "a")
            .addVertex(
                "merge",
                sum ? new ElementWiseVertex(ElementWiseVertex.Op.Add) : new MergeVertex(),
                "a",
                "b")
            .addLayer("c", convolution(), "merge")
            .addLayer("norm", norm(), "c")
            .addLayer("max", pooling(PoolingType.MAX), "norm")
            .addLayer("average", pooling(PoolingType.AVG), "max")
            .addLayer("mean", mean(), "average")
            .addLayer("out", output(), "mean");
    ComputationGraph network =
        new ComputationGraph(graph.setOutputs("out").setInputTypes(IMAGES).build());
    network.init();
    return network;
  }

  /** Larger, smaller, not square, and back: no primitive of one size serves another. */
  @ParameterizedTest(name = "sum {0}")
  @ValueSource(booleans = {true, false})
  void fit_imagesOfChangingSize_gradientsAreTheOriginals(boolean sum) {
    ComputationGraph original = merging(sum);
    ComputationGraph prepared = Qat.prepare(original, QatConfig.floatingPoint());
    for (long[] shape :
        List.of(
            new long[] {4, 1, 12, 12},
            new long[] {4, 1, 17, 9},
            new long[] {4, 1, 9, 17},
            new long[] {4, 1, 5, 5},
            new long[] {3, 1, 24, 24},
            new long[] {4, 1, 12, 12})) {
      DataSet data = data(shape);
      Map<String, INDArray> expected = gradients(original, data);
      Map<String, INDArray> actual = gradients(prepared, data);
      for (String key : List.of("a_W", "b_W", "c_W", "a_b")) {
        double error =
            expected.get(key).distance2(actual.get(key))
                / expected.get(key).norm2Number().doubleValue();
        assertTrue(error < 1e-4, key + " of images " + shape[2] + "x" + shape[3] + ": " + error);
      }
    }
  }

  private static Map<String, INDArray> gradients(ComputationGraph network, DataSet data) {
    network.setInputs(data.getFeatures());
    network.setLabels(data.getLabels());
    network.computeGradientAndScore();
    return network.gradient().gradientForVariable();
  }

  @ParameterizedTest(name = "sum {0}")
  @ValueSource(booleans = {true, false})
  void output_imagesOfAnotherSize_isThatOfANetworkWhichSawThemFirst(boolean sum) {
    ComputationGraph prepared = Qat.prepare(merging(sum), QatConfig.int8());
    prepared.fit(data(4, 1, 12, 12));
    ComputationGraph copy = prepared.clone();
    INDArray large = random(3, 1, 20, 15);
    prepared.output(random(2, 1, 12, 12));
    assertEquals(copy.output(large)[0], prepared.output(large)[0]);
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("TYPES")
  void fit_flattenedImagesOfAnotherSize_areRefused(DataType type) {
    MultiLayerNetwork original = network(IMAGES, convolution(), dense());
    MultiLayerNetwork network = Qat.prepare(original.convertDataType(type), QatConfig.int8());
    network.fit(as(type, data(BATCH, 1, 12, 12)));
    DataSet smaller = as(type, data(BATCH, 1, 10, 10));
    var error = assertThrows(IllegalStateException.class, () -> network.fit(smaller));
    assertTrue(error.getMessage().contains("expected [minibatch, numChannels=4, inputHeight=12"));
  }

  /** Operands that only meet in a merge. */
  @ParameterizedTest(name = "{0}")
  @FieldSource("TYPES")
  void activate_sumOfDifferentShapes_isRefused(DataType type) {
    for (boolean sum : new boolean[] {true, false}) {
      ComputationGraph network = Qat.prepare(merging(sum).convertDataType(type), QatConfig.int8());
      QuantizingLayer<?> merge = (QuantizingLayer<?>) network.getLayer("merge");
      var workspace = org.deeplearning4j.nn.workspace.LayerWorkspaceMgr.noWorkspaces();
      merge.setInputs(new INDArray[] {random(2, 4, 6, 6), random(2, 4, 6, 3)});
      var error =
          assertThrows(DL4JInvalidInputException.class, () -> merge.activate(true, workspace));
      assertTrue(
          error
              .getMessage()
              .startsWith(
                  "vertex 'merge' "
                      + (sum ? "adds" : "joins")
                      + " inputs of the shapes [2, 4, 6, 6] and [2, 4, 6, 3]"),
          error.getMessage());
    }
  }
}
