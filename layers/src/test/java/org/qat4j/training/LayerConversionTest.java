package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.LoadOptions;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.layers.Schedule;
import org.qat4j.testnets.LayerNetworks;
import org.qat4j.testnets.TestNetworks;

/** Every supported layer: prepared, fitted, deployed, saved and read back, code for code. */
class LayerConversionTest {
  private static final int IMAGES = 12;

  static Stream<Arguments> networks() {
    return LayerNetworks.ALL.keySet().stream()
        .sorted()
        .flatMap(name -> Stream.of(1L, 2L, 3L).map(seed -> Arguments.of(name, seed)));
  }

  private static ComputationGraph original(String name, long seed) {
    return LayerNetworks.ALL.get(name).apply(seed, DataType.FLOAT);
  }

  private static void fit(ComputationGraph network, long seed, int steps) {
    for (int i = 0; i < steps; i++) {
      network.fit(TestNetworks.data(seed * 10 + i, 16, DataType.FLOAT));
    }
  }

  private static ComputationGraph trained(String name, long seed, QatConfig config) {
    ComputationGraph network = Qat.prepare(original(name, seed), config);
    fit(network, seed, 5);
    return network;
  }

  private static INDArray images(long seed) {
    return TestNetworks.data(seed + 70, IMAGES, DataType.FLOAT).getFeatures();
  }

  private static float[] floats(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("networks")
  void prepare_beforeFitting_computesWhatTheOriginalComputes(String name, long seed) {
    ComputationGraph original = original(name, seed);
    fit(original, seed, 2);
    INDArray expected = original.outputSingle(images(seed)).dup();
    ComputationGraph prepared = Qat.prepare(original, QatConfig.int8());
    INDArray difference = prepared.outputSingle(images(seed)).sub(expected);
    assertEquals(0, difference.amaxNumber().doubleValue(), 1e-5);
  }

  /** In double, because Adam turns a rounding error of a tiny gradient into a whole step. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"depthwise", "normalizations", "activations"})
  void schedule_beforeQuantization_trainsAsTheOriginal(String name) {
    ComputationGraph original = LayerNetworks.ALL.get(name).apply(7L, DataType.DOUBLE);
    Schedule never = Schedule.FLOAT;
    ComputationGraph network = Qat.prepare(original, QatConfig.builder().schedule(never).build());
    for (int i = 0; i < 3; i++) {
      original.fit(TestNetworks.data(i, 16, DataType.DOUBLE));
      network.fit(TestNetworks.data(i, 16, DataType.DOUBLE));
    }
    INDArray images = TestNetworks.data(99, 16, DataType.DOUBLE).getFeatures();
    INDArray difference = network.outputSingle(images).sub(original.outputSingle(images));
    assertEquals(0, difference.amaxNumber().doubleValue(), 1e-6);
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("networks")
  void convert_trained_everyLayerHasTheSameCodes(String name, long seed) {
    ComputationGraph network = trained(name, seed, QatConfig.int8());
    Map<String, INDArray> activations = network.feedForward(images(seed), false);
    QuantizedModel model = Qat.convert(network);
    try (InferenceSession session = InferenceSession.open(model)) {
      Map<String, int[]> traced = session.trace(floats(images(seed)), IMAGES);
      for (LayerSummary layer : Qat.summarize(network)) {
        if (!layer.scale().equals(LayerSummary.REAL)) {
          Tensor tensor = model.graph().tensor(layer.name());
          int[] codes = codes(activations.get(layer.name()), tensor);
          assertArrayEquals(codes, traced.get(layer.name()), layer.name());
        }
      }
    }
  }

  private static int[] codes(INDArray activations, Tensor tensor) {
    float[] reals = floats(activations);
    int[] codes = new int[reals.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = tensor.params().quantize(reals[i]);
      assertEquals(tensor.params().dequantize(codes[i]), reals[i], "on the grid");
    }
    return codes;
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("networks")
  void save_fewBits_fileEqualsTheNetworksOwnInferenceOnEveryBackend(
      String name, long seed, @TempDir Path folder) throws Exception {
    ComputationGraph network =
        trained(name, seed, QatConfig.builder().weightBits(4).activationBits(6).build());
    Path file = folder.resolve("model.onnx");
    Qat.convert(network).save(file);
    QuantizedModel loaded = QuantizedModel.load(file, LoadOptions.ALLOW_FLOAT);
    float[] reference = run(loaded, "reference", images(seed));
    assertArrayEquals(reference, run(loaded, "onednn", images(seed)));
    assertArrayEquals(reference, floats(network.outputSingle(images(seed))), 1e-6f);
  }

  private static float[] run(QuantizedModel model, String backend, INDArray images) {
    SessionOptions options = SessionOptions.DEFAULT.withBackend(backend);
    try (InferenceSession session = InferenceSession.open(model, options)) {
      return session.run(floats(images), IMAGES);
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("networks")
  void restore_midTraining_continuesBitForBit(String name, long seed, @TempDir Path folder)
      throws Exception {
    ComputationGraph uninterrupted = trained(name, seed, QatConfig.int8());
    Path file = folder.resolve("qat.zip");
    ModelSerializer.writeModel(uninterrupted, file.toFile(), true);
    ComputationGraph resumed = ModelSerializer.restoreComputationGraph(file.toFile(), true);
    fit(uninterrupted, seed + 5, 2);
    fit(resumed, seed + 5, 2);
    assertEquals(uninterrupted.params(), resumed.params());
    ComputationGraphConfiguration configuration = resumed.getConfiguration();
    assertEquals(configuration, ComputationGraphConfiguration.fromYaml(configuration.toYaml()));
  }

  private static List<String> decisions(String name) {
    return Qat.summarize(Qat.prepare(original(name, 1), QatConfig.int8())).stream()
        .map(s -> s.name() + ": " + s.kind() + " " + s.fused() + " scale " + s.scale())
        .toList();
  }

  @Test
  void summarize_normalizations_saysWhatSharesAScale() {
    assertEquals(
        List.of(
            "image_quantizer: QuantizeLinear [] scale image_quantizer",
            "inputNorm: BatchNormalization [] scale inputNorm",
            "stem: ConvolutionLayer [relu] scale stem",
            "preNorm: BatchNormalization [relu] scale preNorm",
            "conv: ConvolutionLayer [] scale conv",
            "both: Concat [] scale both",
            "bothNorm: BatchNormalization [clip[-1.0, 1.0]] scale bothNorm",
            "pool: MaxPooling [] scale bothNorm",
            "poolNorm: BatchNormalization [] scale poolNorm",
            "up: Upsampling2D [] scale poolNorm",
            "pad: ZeroPaddingLayer [] scale poolNorm",
            "reduce: ConvolutionLayer [relu] scale reduce",
            "dense: DenseLayer [relu] scale dense",
            "denseNorm: BatchNormalization [relu6] scale denseNorm",
            "out_logits: DenseLayer [] scale out_logits",
            "out: LossLayer [] scale "),
        decisions("normalizations"));
  }

  @Test
  void summarize_functionsThatAreNoClamps_areLayersOfTheirOwn() {
    List<String> decisions = decisions("activations");
    assertTrue(
        decisions.containsAll(
            List.of(
                "tanh: ConvolutionLayer [] scale tanh",
                "tanh_activation: Tanh [] scale tanh_activation",
                "conv: ConvolutionLayer [BatchNormalization] scale conv",
                "leaky: LeakyRelu [] scale leaky",
                "hardTanh: ConvolutionLayer [clip[-1.0, 1.0]] scale hardTanh")),
        decisions.toString());
  }

  @Test
  void prepare_ruleForALayerThatSplits_holdsForAllItBecomes() {
    QatConfig config = QatConfig.builder().layers("biased", 5, 6).build();
    ComputationGraph prepared = Qat.prepare(original("depthwise", 1), config);
    assertEquals(
        List.of("biased_depthwise 5/6", "biased 5/6", "biased_activation 0/6"),
        Qat.summarize(prepared).stream()
            .filter(s -> s.name().startsWith("biased"))
            .map(s -> s.name() + " " + s.weightBits() + "/" + s.activationBits())
            .toList());
  }
}
