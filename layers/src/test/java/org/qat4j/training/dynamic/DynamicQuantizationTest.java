package org.qat4j.training.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Coefficients;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;
import org.qat4j.training.forms.UnsupportedLayerException;

/** The model computes what Deeplearning4j's own network computes. */
class DynamicQuantizationTest {
  /** Sums in another order, and functions of another library. */
  private static final float FLOAT = 1e-5f;

  /**
   * Of probabilities. A product of numbers that have steps of 1/100 of the largest errs by 1/100,
   * the sum of ten that err by chance by three times as much, and softmax passes on a quarter at
   * most; a recurrent layer without bound passes on its errors, too.
   */
  private static final float INT8 = 0.03f;

  private static final int BATCH = 3;
  private static final int STEPS = 7;

  private static final DynamicConfig REAL =
      DynamicConfig.floatingPoint().stateless().withSteps(STEPS);
  private static final DynamicConfig CODES = DynamicConfig.int8().stateless().withSteps(STEPS);

  static Set<String> networks() {
    return RecurrentNetworks.layers().keySet();
  }

  private static MultiLayerNetwork network(String name) {
    Layer[] layers = RecurrentNetworks.layers().get(name);
    return RecurrentNetworks.network(DataType.FLOAT, RNNFormat.NCW, layers);
  }

  private static INDArray features(MultiLayerNetwork network) {
    boolean sequences = !network.getLayer(0).conf().getLayer().getClass().equals(DenseLayer.class);
    return features(sequences || network.getnLayers() > 2 ? STEPS : 0);
  }

  private static INDArray features(int steps) {
    Nd4j.getRandom().setSeed(3);
    return steps == 0
        ? Nd4j.randn(DataType.FLOAT, BATCH, RecurrentNetworks.FEATURES)
        : Nd4j.randn(DataType.FLOAT, BATCH, RecurrentNetworks.FEATURES, steps);
  }

  private static INDArray words(int steps) {
    Random random = new Random(4);
    float[] words = new float[BATCH * steps];
    for (int i = 0; i < words.length; i++) {
      words[i] = random.nextInt(RecurrentNetworks.WORDS);
    }
    return Nd4j.create(words, new long[] {BATCH, 1, steps}, 'c');
  }

  /** As a session has sequences: {@code [batch, time, features]}. */
  private static float[] timeFirst(INDArray channelsFirst) {
    INDArray sequence = channelsFirst.rank() == 3 ? channelsFirst.permute(0, 2, 1) : channelsFirst;
    return sequence.castTo(DataType.FLOAT).dup('c').data().asFloat();
  }

  private static float[] run(QuantizedModel model, INDArray input) {
    try (InferenceSession session = InferenceSession.open(model)) {
      return session.run(timeFirst(input), BATCH);
    }
  }

  /**
   * Deeplearning4j keeps the rows of a matrix behind a dense layer; all others end in sequences.
   */
  private static float[] expected(MultiLayerNetwork network, INDArray input) {
    return timeFirst(network.output(input));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void floatModel_ofEachLayer_isTheNetwork(String name) {
    MultiLayerNetwork network = network(name);
    INDArray input = features(network);

    assertArrayEquals(
        expected(network, input), run(Qat.quantizeDynamic(network, REAL), input), FLOAT);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void int8Model_ofEachLayer_isCloseToTheNetwork(String name) {
    MultiLayerNetwork network = network(name);
    INDArray input = features(network);
    float[] real = expected(network, input);

    float[] codes = run(Qat.quantizeDynamic(network, CODES), input);

    assertArrayEquals(real, codes, INT8);
    assertTrue(!Arrays.equals(real, codes), "nothing was quantized");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void int8Model_ofEachLayer_hasCodesInAllProducts(String name) {
    QuantizedModel model = Qat.quantizeDynamic(network(name), CODES);

    List<Arithmetic> weights =
        model.graph().nodes().stream()
            .flatMap(node -> node.op().weights().stream())
            .map(Coefficients::arithmetic)
            .distinct()
            .toList();

    assertEquals(List.of(Arithmetic.DYNAMIC_CODES), weights);
    assertEquals(model.graph().macs(), model.graph().integerMacs());
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(RNNFormat.class)
  void floatModel_ofEitherDataFormat_readsTimeFirst(RNNFormat format) {
    Layer[] layers = RecurrentNetworks.layers().get("bidirectional lstm CONCAT");
    MultiLayerNetwork network = RecurrentNetworks.network(DataType.FLOAT, format, layers);
    INDArray input = features(STEPS);
    boolean channelsFirst = format == RNNFormat.NCW;
    INDArray output = network.output(channelsFirst ? input : input.permute(0, 2, 1).dup('c'));

    float[] expected = timeFirst(channelsFirst ? output : output.permute(0, 2, 1));
    assertArrayEquals(expected, run(Qat.quantizeDynamic(network, REAL), input), FLOAT);
  }

  @Test
  void floatModel_ofADoubleNetwork_isTheNetwork() {
    Layer[] layers = RecurrentNetworks.layers().get("graves");
    MultiLayerNetwork network = RecurrentNetworks.network(DataType.DOUBLE, RNNFormat.NCW, layers);
    INDArray input = features(STEPS);

    float[] expected = timeFirst(network.output(input.castTo(DataType.DOUBLE)));
    assertArrayEquals(expected, run(Qat.quantizeDynamic(network, REAL), input), FLOAT);
  }

  @Test
  void floatModel_ofAGraph_isTheNetwork() {
    ComputationGraph graph = RecurrentNetworks.graph();
    INDArray input = features(STEPS);

    float[] expected = graph.outputSingle(input).dup('c').data().asFloat();
    assertArrayEquals(expected, run(Qat.quantizeDynamic(graph, REAL), input), FLOAT);
    assertArrayEquals(expected, run(Qat.quantizeDynamic(graph, CODES), input), INT8);
  }

  @Test
  void model_ofWords_isTheNetwork() {
    INDArray input = words(STEPS);
    for (Layer embedding : List.of(RecurrentNetworks.embeddings(), RecurrentNetworks.embedding())) {
      MultiLayerNetwork network = RecurrentNetworks.ofWords(embedding);
      float[] expected = expected(network, input);

      assertArrayEquals(expected, run(Qat.quantizeDynamic(network, REAL), input), FLOAT);
      assertArrayEquals(expected, run(Qat.quantizeDynamic(network, CODES), input), INT8);
      assertArrayEquals(
          expected, run(Qat.quantizeDynamic(network, CODES.withInt8Embeddings()), input), INT8);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("resumable")
  void session_inSeveralCalls_goesOnAsTheNetworkDoes(String name) {
    MultiLayerNetwork network = network(name);
    INDArray input = features(STEPS);
    QuantizedModel model = Qat.quantizeDynamic(network, DynamicConfig.floatingPoint());
    try (InferenceSession session = InferenceSession.open(model)) {
      for (int repeat = 0; repeat < 2; repeat++) {
        network.rnnClearPreviousState();
        session.resetState();
        for (int t = 0; t < STEPS; t++) {
          INDArray step = input.tensorAlongDimension(t, 0, 1).reshape(BATCH, -1, 1);
          assertArrayEquals(
              timeFirst(network.rnnTimeStep(step)), session.run(timeFirst(step), BATCH), FLOAT);
        }
      }
    }
  }

  static Stream<String> resumable() {
    return Stream.of("lstm", "graves", "simple TANH", "dense between");
  }

  @Test
  void session_ofOtherSteps_goesOnFromItsOwnState() {
    MultiLayerNetwork network = network("lstm");
    INDArray input = features(STEPS);
    QuantizedModel model = Qat.quantizeDynamic(network, DynamicConfig.floatingPoint());

    assertArrayEquals(expected(network, input), run(model.withSteps(STEPS), input), FLOAT);
    assertEquals(2, model.graph().states().size());
    assertEquals(0, Qat.quantizeDynamic(network, REAL).graph().states().size());
  }

  /**
   * Deeplearning4j hands masks to recurrent layers only where they are set by hand; its formulas
   * are those of a mask.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("maskable")
  void maskedModel_ofUnequalLengths_isTheMaskedNetwork(String name) {
    MultiLayerNetwork network = network(name);
    INDArray input = features(STEPS);
    INDArray mask = Nd4j.ones(DataType.FLOAT, BATCH, STEPS);
    mask.putScalar(0, STEPS - 1, 0);
    for (int t = 2; t < STEPS; t++) {
      mask.putScalar(1, t, 0);
    }
    for (int i = 0; i < network.getnLayers() - 1; i++) {
      network.getLayer(i).setMaskArray(mask);
    }
    float[] expected = timeFirst(network.output(input));
    QuantizedModel model = Qat.quantizeDynamic(network, REAL.withMasks());

    float[] actual = runMasked(model, timeFirst(input), mask.data().asFloat());

    assertArrayEquals(expected, actual, FLOAT);
  }

  static Stream<String> maskable() {
    return Stream.of("lstm", "graves", "simple TANH", "bidirectional lstm CONCAT");
  }

  private static float[] runMasked(QuantizedModel model, float[] input, float[] mask) {
    try (InferenceSession session = InferenceSession.open(model)) {
      Map<String, float[]> results = session.run(Map.of("input", input, "mask", mask), BATCH);
      return results.values().iterator().next();
    }
  }

  @Test
  void maskedModel_whateverStandsBehindTheEnd_givesTheSame() {
    MultiLayerNetwork network = network("dense between");
    QuantizedModel model = Qat.quantizeDynamic(network, CODES.withMasks());
    float[] input = timeFirst(features(STEPS));
    float[] mask = new float[BATCH * STEPS];
    Arrays.fill(mask, 1);
    mask[STEPS - 1] = 0;
    float[] first = runMasked(model, input, mask);
    int behind = (STEPS - 1) * RecurrentNetworks.FEATURES;
    Arrays.fill(input, behind, behind + RecurrentNetworks.FEATURES, 1000);

    assertArrayEquals(first, runMasked(model, input, mask));
  }

  private static void assertRefused(String problem, DynamicConfig config, Layer... layers) {
    MultiLayerNetwork network = RecurrentNetworks.network(DataType.FLOAT, RNNFormat.NCW, layers);
    UnsupportedLayerException error =
        assertThrows(UnsupportedLayerException.class, () -> Qat.quantizeDynamic(network, config));
    assertTrue(error.getMessage().startsWith("layer 'layer0' (index 0, "), error.getMessage());
    assertTrue(error.getMessage().contains(problem), error.getMessage());
  }

  @Test
  void calibrate_recurrentNetwork_isReferredToDynamicQuantization() {
    MultiLayerNetwork network =
        RecurrentNetworks.network(
            DataType.FLOAT, RNNFormat.NCW, RecurrentNetworks.lstm(), RecurrentNetworks.rnnOutput());
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class,
            () -> Qat.calibrate(network, new ExistingDataSetIterator(List.of()), QatConfig.int8()));
    assertEquals(
        "this network is recurrent: its activations get their codes while it runs, so it has no"
            + " ranges to calibrate; use Qat.quantizeDynamic",
        error.getMessage());
  }

  @Test
  void parameter_thatIsNaN_isRefusedByName() {
    MultiLayerNetwork network =
        RecurrentNetworks.network(
            DataType.FLOAT, RNNFormat.NCW, RecurrentNetworks.lstm(), RecurrentNetworks.rnnOutput());
    network.getLayer(1).getParam("W").putScalar(0, Float.NaN);
    IllegalStateException error =
        assertThrows(IllegalStateException.class, () -> Qat.quantizeDynamic(network));
    assertTrue(
        error.getMessage().startsWith("layer 'layer1': parameter 'W' holds NaN or infinity: "),
        error.getMessage());
  }

  @Test
  void prepared_networkOfFeatures_isReferredToItsOriginal() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(3).nOut(4).activation(Activation.RELU).build())
                .layer(
                    new OutputLayer.Builder().nIn(4).nOut(2).activation(Activation.SOFTMAX).build())
                .build());
    network.init();
    MultiLayerNetwork prepared = Qat.prepare(network, QatConfig.int8());
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> Qat.quantizeDynamic(prepared));
    assertEquals(
        "this network is a prepared one: Qat.restore gives the ordinary network back, for"
            + " Qat.quantizeDynamic",
        error.getMessage());
  }

  @Test
  @SuppressWarnings("deprecation")
  void layer_thatCannotBeQuantized_isRefusedByName() {
    Layer output = RecurrentNetworks.rnnOutput();
    assertRefused(
        "has the activation function 'softsign'",
        CODES,
        new LSTM.Builder().nOut(3).activation(Activation.SOFTSIGN).build(),
        output);
    assertRefused(
        "has the activation function 'sigmoid'; train it with tanh, which has to be set",
        CODES,
        new LSTM.Builder().nOut(3).activation(Activation.SIGMOID).build(),
        output);
    assertRefused(
        "has the gate activation function 'hardsigmoid'",
        CODES,
        new LSTM.Builder()
            .nOut(3)
            .activation(Activation.TANH)
            .gateActivationFunction(Activation.HARDSIGMOID)
            .build(),
        output);
    assertRefused(
        "normalizes its layer",
        CODES,
        new SimpleRnn.Builder().nOut(3).hasLayerNorm(true).build(),
        output);
    assertRefused(
        "has no dynamic form",
        CODES,
        new GravesBidirectionalLSTM.Builder().nOut(3).activation(Activation.TANH).build(),
        output);
  }

  @Test
  void bidirectionalLayer_thatIsToKeepState_isRefusedByName() {
    assertRefused(
        "no call can go on where another has ended",
        DynamicConfig.int8(),
        new Bidirectional(RecurrentNetworks.lstm()),
        RecurrentNetworks.rnnOutput());
  }

  @Test
  void bidirectionalLayer_thatAverages_isRefusedByName() {
    assertRefused(
        "averages sequences",
        CODES,
        new Bidirectional(Bidirectional.Mode.AVERAGE, RecurrentNetworks.lstm()),
        RecurrentNetworks.rnnOutput());
  }

  @Test
  void lastTimeStep_underMasks_isRefusedByName() {
    assertRefused(
        "takes the last step",
        CODES.withMasks(),
        new LastTimeStep(RecurrentNetworks.lstm()),
        RecurrentNetworks.output());
  }

  @Test
  void convolution_isRefusedByName() {
    MultiLayerNetwork network =
        RecurrentNetworks.network(
            DataType.FLOAT,
            InputType.convolutional(6, 6, 1),
            new ConvolutionLayer.Builder(3, 3).nOut(2).build(),
            RecurrentNetworks.output());

    UnsupportedLayerException error =
        assertThrows(UnsupportedLayerException.class, () -> Qat.quantizeDynamic(network));
    assertTrue(
        error.getMessage().startsWith("layer 'layer0' (index 0, ConvolutionLayer)"),
        error.getMessage());
  }

  @Test
  void network_withoutParameters_isRefused() {
    MultiLayerNetwork network = new MultiLayerNetwork(network("lstm").getLayerWiseConfigurations());

    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> Qat.quantizeDynamic(network));
    assertEquals(
        "the network has no parameters yet: call init() before Qat.quantizeDynamic",
        error.getMessage());
  }

  @Test
  void sequences_ofLengthZero_areRefused() {
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> DynamicConfig.int8().withSteps(0));
    assertEquals("a sequence needs at least 1 step, got a length of 0", error.getMessage());
  }

  @Test
  void mask_ofAnotherLength_isRefused() {
    QuantizedModel model = Qat.quantizeDynamic(network("lstm"), CODES.withMasks());
    float[] input = timeFirst(features(STEPS));

    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class,
            () -> runMasked(model, input, new float[BATCH * (STEPS - 1)]));
    assertTrue(error.getMessage().contains("'mask'"), error.getMessage());
  }

  @Test
  void word_thatIsNotInTheTable_isRefused() {
    MultiLayerNetwork network = RecurrentNetworks.ofWords(RecurrentNetworks.embeddings());
    QuantizedModel model = Qat.quantizeDynamic(network, CODES);
    INDArray words = words(STEPS);
    words.putScalar(1, 0, 2, RecurrentNetworks.WORDS);

    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> run(model, words));
    assertTrue(error.getMessage().contains("30"), error.getMessage());
  }

  @Test
  void network_isNotModified() {
    MultiLayerNetwork network = network("graves");
    INDArray before = network.params().dup();

    Qat.quantizeDynamic(network, CODES);

    assertEquals(before, network.params());
  }
}
