package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.profiler.ProfilerConfig;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.layers.Schedule;
import org.qat4j.quantizers.Observation;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.forms.UnsupportedLayerException;

class PrepareTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void prepare_beforeFitting_computesWhatTheOriginalComputes(long seed) {
    MultiLayerNetwork original = TestNetworks.multiLayer(seed, DataType.FLOAT);
    original.fit(TestNetworks.data(seed, 32, DataType.FLOAT));
    INDArray images = TestNetworks.data(seed + 10, 16, DataType.FLOAT).getFeatures();
    INDArray before = original.output(images).dup();
    MultiLayerNetwork prepared = Qat.prepare(original, QatConfig.int8());
    assertEquals(0, prepared.output(images).sub(before).amaxNumber().doubleValue(), 1e-5);
    assertEquals(before, original.output(images), "the original is unchanged");
  }

  @Test
  void prepare_graphBeforeFitting_computesWhatTheOriginalComputes() {
    ComputationGraph original = TestNetworks.graph(4);
    original.fit(TestNetworks.data(4, 32, DataType.FLOAT));
    INDArray images = TestNetworks.data(14, 16, DataType.FLOAT).getFeatures();
    INDArray before = original.outputSingle(images).dup();
    ComputationGraph prepared = Qat.prepare(original, QatConfig.int8());
    assertEquals(0, prepared.outputSingle(images).sub(before).amaxNumber().doubleValue(), 1e-5);
  }

  @Test
  void prepare_residualGraphBeforeFitting_computesWhatTheOriginalComputes() {
    ComputationGraph original = TestNetworks.residual(4);
    original.fit(TestNetworks.data(4, 32, DataType.FLOAT));
    INDArray images = TestNetworks.data(14, 16, DataType.FLOAT).getFeatures();
    INDArray before = original.outputSingle(images).dup();
    ComputationGraph prepared = Qat.prepare(original, QatConfig.int8());
    assertEquals(0, prepared.outputSingle(images).sub(before).amaxNumber().doubleValue(), 1e-5);
  }

  @Test
  void summarize_kernels_areChosenByOperationAndDataType() {
    Map<String, Map<String, String>> fast =
        kernels(Qat.prepare(TestNetworks.multiLayer(1, DataType.FLOAT), QatConfig.int8()));
    Map<String, Map<String, String>> exact =
        kernels(Qat.prepare(TestNetworks.multiLayer(1, DataType.DOUBLE), QatConfig.int8()));
    assertEquals(fast.keySet(), exact.keySet());
    assertTrue(fast.containsValue(families("onednn", "convolution", "normalization", "rounding")));
    assertTrue(exact.containsValue(families("nd4j", "convolution", "normalization", "rounding")));
    assertTrue(fast.containsValue(families("onednn", "max pooling")), fast.toString());
    assertTrue(fast.containsValue(Map.of()), "the loss");
  }

  private static Map<String, Map<String, String>> kernels(MultiLayerNetwork network) {
    return Qat.summarize(network).stream()
        .collect(Collectors.toMap(LayerSummary::name, LayerSummary::kernels));
  }

  private static Map<String, String> families(String family, String... operations) {
    return Stream.of(operations).collect(Collectors.toMap(each -> each, each -> family));
  }

  @Test
  void summarize_prepared_saysWhatWasFused() {
    List<LayerSummary> summaries =
        Qat.summarize(Qat.prepare(TestNetworks.multiLayer(1, DataType.FLOAT), QatConfig.int8()));
    assertEquals(
        List.of(
            "QuantizeLinear []",
            "ConvolutionLayer [BatchNormalization, relu]",
            "MaxPooling []",
            "ConvolutionLayer [relu]",
            "DenseLayer [BatchNormalization, relu6]",
            "DenseLayer []",
            "LossLayer []"),
        summaries.stream().map(s -> s.kind() + " " + s.fused()).toList());
  }

  private static MultiLayerNetwork network(Layer... middle) {
    NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().seed(1).list();
    list.layer(new ConvolutionLayer.Builder(3, 3).nOut(4).activation(Activation.RELU).build());
    for (Layer layer : middle) {
      list.layer(layer);
    }
    list.layer(
        new OutputLayer.Builder(LossFunction.MCXENT)
            .nOut(3)
            .activation(Activation.SOFTMAX)
            .build());
    MultiLayerConfiguration configuration =
        list.setInputType(InputType.convolutional(8, 8, 1)).build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  private static String refusal(Layer middle) {
    return assertThrows(
            UnsupportedLayerException.class, () -> Qat.prepare(network(middle), QatConfig.int8()))
        .getMessage();
  }

  @Test
  void prepare_layerWithoutIntegerForm_isRefusedByNameIndexAndClass() {
    String message = refusal(new LocalResponseNormalization.Builder().name("lrn").build());
    assertTrue(
        message.startsWith(
            "layer 'lrn' (index 1, LocalResponseNormalization) cannot be quantized: it has no integer form; put a supported layer in its place."),
        message);
    assertTrue(message.contains("Supported: ConvolutionLayer"), message);
  }

  /** Of it nobody knows what it computes. */
  private static final class OwnConvolution extends ConvolutionLayer {
    private static final long serialVersionUID = 1L;

    OwnConvolution(ConvolutionLayer.Builder builder) {
      super(builder);
    }
  }

  @Test
  void prepare_subclassOfALayer_isRefused() {
    Layer own = new OwnConvolution(new ConvolutionLayer.Builder(3, 3).nOut(5).name("own"));
    assertTrue(
        refusal(own)
            .startsWith(
                "layer 'own' (index 1, OwnConvolution) cannot be quantized: it has no integer form"));
  }

  @Test
  void prepare_normPooling_isRefused() {
    SubsamplingLayer pooling =
        new SubsamplingLayer.Builder(PoolingType.PNORM, new int[] {2, 2}).pnorm(2).build();
    assertTrue(refusal(pooling).contains("it pools by PNORM; use MAX or AVG"));
  }

  @Test
  void prepare_activationWithoutDeployedForm_isRefused() {
    String message =
        refusal(new DenseLayer.Builder().nOut(5).activation(Activation.ELU).name("fc").build());
    assertTrue(
        message.startsWith(
            "layer 'fc' (index 1, DenseLayer) cannot be quantized: it has activation 'elu"),
        message);
  }

  @Test
  void prepare_leakyReluThatFalls_isRefused() {
    Layer layer = new ActivationLayer(new ActivationLReLU(-0.5));
    assertTrue(refusal(layer).contains("it has activation 'leakyrelu(a=-0.5)'; use identity"));
  }

  @Test
  void prepare_cropping_isRefused() {
    Layer layer = new Cropping2D.Builder(1, 1).name("crop").build();
    assertTrue(
        refusal(layer)
            .startsWith(
                "layer 'crop' (index 1, Cropping2D) cannot be quantized: it has no integer"));
  }

  @Test
  void prepare_separableConvolutionWithConstraints_isRefused() {
    Layer layer =
        new SeparableConvolution2D.Builder(3, 3)
            .nOut(4)
            .constrainWeights(new NonNegativeConstraint())
            .build();
    assertTrue(refusal(layer).contains("it has parameter constraints, which its two parts cannot"));
  }

  @Test
  void prepare_featuresThatBecomeAnImage_areRefused() {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new DenseLayer.Builder().nOut(16).activation(Activation.RELU).build())
            .layer(new ConvolutionLayer.Builder(3, 3).nIn(1).nOut(2).name("conv").build())
            .layer(new OutputLayer.Builder().nIn(8).nOut(2).build())
            .inputPreProcessor(1, new FeedForwardToCnnPreProcessor(4, 4, 1))
            .inputPreProcessor(2, new CnnToFeedForwardPreProcessor(2, 2, 2))
            .setInputType(InputType.feedForward(5))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    var error =
        assertThrows(UnsupportedLayerException.class, () -> Qat.prepare(network, QatConfig.int8()));
    assertTrue(
        error
            .getMessage()
            .contains("it reshapes its input by FeedForwardToCnnPreProcessor; inside a network"),
        error.getMessage());
  }

  @Test
  void prepare_multiLayerWithLayersThatSplit_computesWhatTheOriginalComputes() {
    MultiLayerNetwork original =
        network(
            new SeparableConvolution2D.Builder(3, 3)
                .depthMultiplier(2)
                .nOut(4)
                .activation(Activation.TANH)
                .build(),
            new BatchNormalization(),
            new ZeroPaddingLayer(1, 1),
            new DenseLayer.Builder().nOut(5).activation(Activation.SIGMOID).build());
    INDArray images = Nd4j.rand(DataType.FLOAT, 6, 1, 8, 8);
    INDArray expected = original.output(images).dup();
    INDArray actual = Qat.prepare(original, QatConfig.int8()).output(images);
    assertEquals(0, actual.sub(expected).amaxNumber().doubleValue(), 1e-6);
  }

  private static String vertexRefusal(GraphVertex join, String... inputs) {
    GraphBuilder graph = new NeuralNetConfiguration.Builder().graphBuilder().addInputs("in");
    for (String name : inputs) {
      graph.addLayer(
          name, new DenseLayer.Builder().nIn(4).nOut(4).activation(Activation.RELU).build(), "in");
    }
    graph
        .addVertex("join", join, inputs)
        .addLayer(
            "out",
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(4)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build(),
            "join")
        .setOutputs("out");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return assertThrows(
            IllegalArgumentException.class, () -> Qat.prepare(network, QatConfig.int8()))
        .getMessage();
  }

  @Test
  void prepare_product_isRefused() {
    String message = vertexRefusal(new ElementWiseVertex(ElementWiseVertex.Op.Product), "a", "b");
    assertTrue(
        message.startsWith(
            "vertex 'join' (ElementWiseVertex Product of 2) cannot be quantized; supported are"
                + " layers, ElementWiseVertex Add of 2 and MergeVertex along the channels"),
        message);
  }

  @Test
  void prepare_frozenVertex_isRefused() {
    GraphVertex sum = new ElementWiseVertex(ElementWiseVertex.Op.Add);
    assertEquals(
        "vertex 'join' (FrozenVertex of 2) cannot be quantized; prepare the network unfrozen, fit"
            + " at least one batch, and then freeze",
        vertexRefusal(new FrozenVertex(sum), "a", "b"));
  }

  @Test
  void prepare_sumOfThree_isRefused() {
    String message = vertexRefusal(new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b", "c");
    assertTrue(
        message.startsWith(
            "vertex 'join' (ElementWiseVertex Add of 3) cannot be quantized; add two at a time"),
        message);
  }

  @Test
  void prepare_networkNotInitialized_isRefused() {
    MultiLayerNetwork raw =
        new MultiLayerNetwork(
            TestNetworks.multiLayer(1, DataType.FLOAT).getLayerWiseConfigurations());
    var error =
        assertThrows(IllegalArgumentException.class, () -> Qat.prepare(raw, QatConfig.int8()));
    assertEquals(
        "the network has no parameters yet: call init() before Qat.prepare", error.getMessage());
  }

  @Test
  void prepare_ruleForLayers_overridesTheGeneralBits() {
    QatConfig config =
        QatConfig.builder().weightBits(4).activationBits(4).layers("stem|out", 8, 6).build();
    Map<String, String> bits =
        Qat.summarize(Qat.prepare(TestNetworks.residual(1), config)).stream()
            .collect(
                Collectors.toMap(
                    LayerSummary::name, s -> s.weightBits() + "/" + s.activationBits()));
    assertEquals("8/6", bits.get("stem"));
    assertEquals("8/6", bits.get("out_logits"));
    assertEquals("4/4", bits.get("a"));
    assertEquals("0/4", bits.get("sum"));
  }

  @Test
  void prepare_ruleThatMatchesNothing_isRefused() {
    QatConfig config = QatConfig.builder().layers("convx", 8, 8).build();
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> Qat.prepare(TestNetworks.graph(1), config));
    assertEquals(
        "no quantized layer matches the rule for name 'convx'; the quantized layers are"
            + " [image_quantizer, conv, dense, out]",
        error.getMessage());
  }

  @ParameterizedTest(name = "{0} bits")
  @ValueSource(ints = {0, 9, 15, 33})
  void config_bitsOutOfRange_areRefused(int bits) {
    var weights =
        assertThrows(
            IllegalArgumentException.class, () -> QatConfig.builder().weightBits(bits).build());
    assertEquals("weightBits must be in 1..8 or 16, got " + bits, weights.getMessage());
    var activations =
        assertThrows(
            IllegalArgumentException.class, () -> QatConfig.builder().activationBits(bits).build());
    assertEquals("activationBits must be in 1..8 or 16, got " + bits, activations.getMessage());
  }

  @Test
  void config_rateNotANumber_isRefused() {
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> Observation.DEFAULT.withRate(Double.NaN));
    assertEquals("rate must be in (0, 1], got NaN", error.getMessage());
  }

  /** Names that inference and conversion might have wanted for their own tensors. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"output", "input0", "input0_codes", "hidden/output"})
  void output_ofLayerWithAnyName_runs(String name) {
    MultiLayerNetwork original =
        images(
            new DenseLayer.Builder().name(name).nOut(5).build(),
            new OutputLayer.Builder(LossFunction.MSE)
                .activation(Activation.IDENTITY)
                .nOut(4)
                .build());
    MultiLayerNetwork prepared = Qat.prepare(original, QatConfig.int8());
    prepared.fit(TestNetworks.data(1, 16, DataType.FLOAT));
    Parity.requireSameCodes(
        prepared, Qat.convert(prepared), TestNetworks.data(2, 8, DataType.FLOAT).getFeatures());
  }

  @Test
  void prepare_networkWithDropoutLayer_isSavedAndRestored(@TempDir Path folder) throws IOException {
    MultiLayerNetwork original =
        images(
            new DenseLayer.Builder().nOut(5).build(),
            new DropoutLayer(0.5),
            new OutputLayer.Builder(LossFunction.MSE)
                .activation(Activation.IDENTITY)
                .nOut(4)
                .build());
    MultiLayerNetwork prepared = Qat.prepare(original, QatConfig.int8());
    prepared.fit(TestNetworks.data(1, 16, DataType.FLOAT));
    File file = folder.resolve("network.zip").toFile();
    ModelSerializer.writeModel(prepared, file, true);
    INDArray images = TestNetworks.data(2, 8, DataType.FLOAT).getFeatures();
    assertEquals(
        prepared.output(images), ModelSerializer.restoreMultiLayerNetwork(file).output(images));
  }

  /** What stands for a gradient that nobody reads must not look like a failure. */
  @Test
  void fit_underNd4jsCheckForNaN_runs() {
    MultiLayerNetwork prepared =
        Qat.prepare(TestNetworks.multiLayer(1, DataType.FLOAT), QatConfig.int8());
    Nd4j.getExecutioner()
        .setProfilingConfig(ProfilerConfig.builder().checkForNAN(true).checkForINF(true).build());
    try {
      prepared.fit(TestNetworks.data(1, 16, DataType.FLOAT));
    } finally {
      Nd4j.getExecutioner().setProfilingConfig(ProfilerConfig.builder().build());
    }
    assertTrue(prepared.score() > 0);
  }

  /** Rounding would make a plausible code of it. */
  @Test
  void fitAndConvert_weightsWithOneNaN_areRefused() {
    MultiLayerNetwork prepared =
        Qat.prepare(TestNetworks.multiLayer(1, DataType.FLOAT), QatConfig.int8());
    prepared.fit(TestNetworks.data(1, 16, DataType.FLOAT));
    prepared.getLayer(1).getParam("W").putScalar(0, Float.NaN);
    String name = prepared.getLayer(1).conf().getLayer().getLayerName();
    DataSet batch = TestNetworks.data(2, 16, DataType.FLOAT);
    assertEquals(
        "layer '"
            + name
            + "' (1) met NaN or infinity in training iteration 1 (parameter 'W' holds"
            + " NaN or infinity): lower the learning rate or clip gradients",
        assertThrows(IllegalStateException.class, () -> prepared.fit(batch)).getMessage());
    assertEquals(
        "layer '"
            + name
            + "' (1): parameter 'W' holds NaN or infinity: the training has diverged;"
            + " go back to an earlier state and lower the learning rate",
        assertThrows(IllegalStateException.class, () -> Qat.convert(prepared)).getMessage());
  }

  @Test
  void prepareAndSummarize_ofTheWrongNetwork_areRefused() {
    MultiLayerNetwork original = TestNetworks.multiLayer(1, DataType.FLOAT);
    assertEquals(
        "this network was not prepared: convert or summarize what Qat.prepare returned",
        assertThrows(IllegalArgumentException.class, () -> Qat.summarize(original)).getMessage());
    MultiLayerNetwork prepared = Qat.prepare(original, QatConfig.int8());
    QatConfig again = QatConfig.int8();
    assertEquals(
        "this network is prepared already: prepare its original, which Qat.restore gives back",
        assertThrows(IllegalArgumentException.class, () -> Qat.prepare(prepared, again))
            .getMessage());
  }

  @Test
  void convert_floatingPoint_isRefused() {
    MultiLayerNetwork fast =
        Qat.prepare(TestNetworks.multiLayer(1, DataType.FLOAT), QatConfig.floatingPoint());
    fast.fit(TestNetworks.data(1, 16, DataType.FLOAT));
    assertEquals(
        "this network was prepared for training in floating point, so it has no codes: give"
            + " Qat.prepare another configuration, or take the trained network with Qat.restore",
        assertThrows(IllegalStateException.class, () -> Qat.convert(fast)).getMessage());
  }

  /** A network behind a global pooling takes images of any size. */
  @Test
  void convert_afterInferenceOnImagesOfAnotherSize_takesThoseOfTheTraining() {
    MultiLayerNetwork prepared =
        Qat.prepare(
            images(
                new ConvolutionLayer.Builder(3, 3).nOut(3).build(),
                new GlobalPoolingLayer.Builder(PoolingType.AVG).build(),
                new OutputLayer.Builder(LossFunction.MSE)
                    .activation(Activation.IDENTITY)
                    .nOut(4)
                    .build()),
            QatConfig.int8());
    prepared.fit(TestNetworks.data(1, 16, DataType.FLOAT));
    prepared.output(Nd4j.rand(DataType.FLOAT, 1, 2, 20, 16));
    assertEquals(
        List.of(Shape.of(2, 10, 10)),
        Qat.convert(prepared).graph().inputs().stream().map(Tensor::shape).toList());
  }

  /** Clamping would make a plausible code of it, whether ranges move or not. */
  @ParameterizedTest
  @CsvSource({"NaN, 1000", "NaN, 2", "Infinity, 1000", "-Infinity, 2"})
  void fit_dataWithOneNumberThatIsNone_isRefused(float number, int frozenFrom) {
    QatConfig config =
        QatConfig.builder().schedule(new Schedule(0, Schedule.NEVER, frozenFrom)).build();
    MultiLayerNetwork prepared = Qat.prepare(TestNetworks.multiLayer(1, DataType.FLOAT), config);
    for (int step = 0; step < 3; step++) {
      prepared.fit(TestNetworks.data(step, 16, DataType.FLOAT));
    }
    DataSet spoilt = TestNetworks.data(5, 16, DataType.FLOAT);
    spoilt.getFeatures().putScalar(77, number);
    Exception refusal = assertThrows(IllegalStateException.class, () -> prepared.fit(spoilt));
    assertEquals(
        "layer 'input_quantizer' (0) met NaN or infinity in training iteration 3 (not finite): such"
            + " numbers are in the data; remove them or replace them",
        refusal.getMessage());
  }

  /** Each of two readers of one image has a reshape of its own in front of it. */
  @Test
  void convert_imageThatTwoDenseLayersRead_flattensItOnce() {
    ComputationGraph original =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .graphBuilder()
                .addInputs("image")
                .addLayer("c", new ConvolutionLayer.Builder(3, 3).nOut(2).build(), "image")
                .addLayer("a", new DenseLayer.Builder().nOut(3).build(), "c")
                .addLayer("b", new DenseLayer.Builder().nOut(3).build(), "c")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(4)
                        .build(),
                    "sum")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(10, 10, 2))
                .build());
    original.init();
    ComputationGraph prepared = Qat.prepare(original, QatConfig.int8());
    prepared.fit(TestNetworks.data(1, 16, DataType.FLOAT));
    Parity.requireSameCodes(
        prepared, Qat.convert(prepared), TestNetworks.data(2, 8, DataType.FLOAT).getFeatures());
  }

  private static MultiLayerNetwork images(Layer... layers) {
    var list = new NeuralNetConfiguration.Builder().seed(3).list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(list.setInputType(InputType.convolutional(10, 10, 2)).build());
    network.init();
    return network;
  }
}
