package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.LinearOp;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.LoadOptions;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.observer.RangeEstimator;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.BinaryWeights;
import org.qat4j.quantizers.DoReFaWeights;
import org.qat4j.quantizers.Observation;
import org.qat4j.quantizers.PowerOfTwoWeights;
import org.qat4j.quantizers.TernaryWeights;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.forms.UnsupportedLayerException;

/** Anything that trains converts: every scheme, trained, deployed, saved and resumed. */
class SchemesTest {
  private static final int IMAGES = 12;

  static Stream<WeightScheme> weightSchemes() {
    return Stream.of(
        WeightScheme.uniform(8),
        WeightScheme.uniform(16),
        WeightScheme.uniform(5).perTensor(),
        WeightScheme.uniform(4).affine(),
        WeightScheme.uniform(8).affine().perTensor(),
        WeightScheme.uniform(4).perGroup(1),
        WeightScheme.uniform(6).withPowerOfTwoScale(),
        WeightScheme.uniform(3).clippedTo(2.5),
        WeightScheme.leastSquares(4),
        WeightScheme.lsq(2),
        WeightScheme.lsq(4).perTensor(),
        WeightScheme.powerOfTwo(2),
        WeightScheme.powerOfTwo(4),
        WeightScheme.binary(),
        WeightScheme.binary().perTensor(),
        WeightScheme.ternary(),
        WeightScheme.ternary().perChannel(),
        WeightScheme.dorefa(1),
        WeightScheme.dorefa(3),
        WeightScheme.dorefa(7),
        WeightScheme.real());
  }

  static Stream<ActivationScheme> activationSchemes() {
    return Stream.of(
        ActivationScheme.observed(8),
        ActivationScheme.observed(1),
        ActivationScheme.observed(16),
        ActivationScheme.observed(8).withSignedCodes(),
        ActivationScheme.observed(6).withSymmetricRange(),
        ActivationScheme.observed(8).withSymmetricRange().withSignedCodes(),
        ActivationScheme.observed(5).observing(Observation.percentile(99)),
        ActivationScheme.observed(4).observing(Observation.meanStd(3)),
        ActivationScheme.observed(8).observing(Observation.of(new RangeEstimator.KlDivergence())),
        ActivationScheme.observed(4)
            .observing(Observation.of(new RangeEstimator.MeanSquaredError())),
        ActivationScheme.observed(4).observing(Observation.of(new RangeEstimator.L2Norm())),
        ActivationScheme.observed(8).observing(Observation.minMax()),
        ActivationScheme.pact(4),
        ActivationScheme.pact(4).withSignedCodes(),
        ActivationScheme.lsq(2),
        ActivationScheme.lsq(4).withSignedCodes(),
        ActivationScheme.lsqPlus(4),
        ActivationScheme.lsqPlus(4).withSignedCodes());
  }

  static Stream<Arguments> combinations() {
    return Stream.concat(
        weightSchemes().map(weights -> Arguments.of(weights, ActivationScheme.observed(8))),
        activationSchemes().map(activations -> Arguments.of(WeightScheme.lsq(4), activations)));
  }

  private static ComputationGraph trained(WeightScheme weights, ActivationScheme activations) {
    QatConfig config = QatConfig.builder().weights(weights).activations(activations).build();
    ComputationGraph network = Qat.prepare(TestNetworks.residual(3), config);
    fit(network, 0, 4);
    return network;
  }

  private static void fit(ComputationGraph network, int from, int to) {
    for (int i = from; i < to; i++) {
      network.fit(TestNetworks.data(i, 16, DataType.FLOAT));
    }
  }

  private static float[] floats(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  @ParameterizedTest(name = "weights {0}; activations {1}")
  @MethodSource("combinations")
  void convert_anyScheme_fileEqualsTheNetworksOwnInference(
      WeightScheme weights, ActivationScheme activations, @TempDir Path folder) throws Exception {
    ComputationGraph network = trained(weights, activations);
    INDArray images = TestNetworks.data(77, IMAGES, DataType.FLOAT).getFeatures();
    Path file = folder.resolve("model.onnx");
    Qat.convert(network).save(file);
    QuantizedModel loaded =
        QuantizedModel.load(file, weights.isReal() ? LoadOptions.ALLOW_FLOAT : LoadOptions.STRICT);
    float[] own = floats(network.outputSingle(images));
    for (String backend : List.of("reference", "onednn")) {
      try (InferenceSession session =
          InferenceSession.open(loaded, SessionOptions.DEFAULT.withBackend(backend))) {
        assertArrayEquals(session.run(floats(images), IMAGES), own, 1e-6f, backend);
      }
    }
  }

  @ParameterizedTest(name = "weights {0}; activations {1}")
  @MethodSource("combinations")
  void resume_anyScheme_isBitIdentical(
      WeightScheme weights, ActivationScheme activations, @TempDir Path folder) throws Exception {
    ComputationGraph network = trained(weights, activations);
    Path file = folder.resolve("network.zip");
    ModelSerializer.writeModel(network, file.toFile(), true);
    ComputationGraph resumed = ModelSerializer.restoreComputationGraph(file.toFile(), true);
    fit(network, 4, 6);
    fit(resumed, 4, 6);
    assertEquals(network.params(), resumed.params());
    assertEquals(
        network.getUpdater().getStateViewArray(), resumed.getUpdater().getStateViewArray());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("weightSchemes")
  void convert_weights_haveOnlyTheLevelsOfTheirScheme(WeightScheme scheme) {
    if (scheme.isReal()) {
      return;
    }
    QuantizedModel model = Qat.convert(trained(scheme, ActivationScheme.observed(8)));
    int layers = 0;
    for (var node : model.graph().nodes()) {
      if (node.op() instanceof LinearOp.Conv conv) {
        var weights = conv.coefficients().codes().weights();
        for (int o = 0; o < weights.outChannels(); o++) {
          for (int i = 0; i < weights.fanIn(); i++) {
            int code = weights.code(o, i);
            assertTrue(allowed(scheme, code), scheme + " has code " + code);
          }
        }
        layers++;
      }
    }
    assertEquals(3, layers);
  }

  private static boolean allowed(WeightScheme scheme, int code) {
    int magnitude = Math.abs(code);
    if (scheme instanceof BinaryWeights) {
      return magnitude == 1;
    }
    if (scheme instanceof TernaryWeights) {
      return magnitude <= 1;
    }
    if (scheme instanceof DoReFaWeights) {
      return magnitude % 2 == 1 && magnitude < 1 << scheme.bits();
    }
    if (scheme instanceof PowerOfTwoWeights) {
      return Integer.bitCount(magnitude) <= 1;
    }
    return magnitude < 1 << (scheme.bits() - 1);
  }

  /** Schemes as the first snapshots saved them. */
  @Test
  void restore_networkOfAnEarlierSnapshot_isRefusedWithARemedy(@TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("network.zip");
    ModelSerializer.writeModel(
        Qat.prepare(TestNetworks.residual(3), QatConfig.int8()), file.toFile(), true);
    try (FileSystem zip = FileSystems.newFileSystem(file)) {
      Path configuration = zip.getPath("configuration.json");
      String saved = Files.readString(configuration);
      String earlier =
          saved
              .replaceAll(
                  "\"weightScheme\" : \\{[^{}]*(\\{[^{}]*\\})?[^{}]*\\}",
                  "\"weights\" : {\"levels\" : \"UNIFORM\", \"bits\" : 8, \"symmetric\" : true,"
                      + " \"groups\" : 0, \"scale\" : \"MAX_ABS\", \"sigmas\" : 3.0,"
                      + " \"powerOfTwoScale\" : false}")
              .replaceAll(
                  "\"activationScheme\" : \\{[^{}]*\\}",
                  "\"activations\" : {\"method\" : \"OBSERVED\", \"bits\" : 8, \"signed\" : false,"
                      + " \"symmetric\" : false, \"observation\" : {\"estimate\" : \"MIN_MAX\","
                      + " \"parameter\" : 0.0, \"merge\" : \"MOVING_AVERAGE\", \"rate\" : 0.01}}");
      assertTrue(!earlier.contains("Scheme"), earlier);
      Files.writeString(configuration, earlier);
    }
    Throwable error =
        assertThrows(
            RuntimeException.class, () -> ModelSerializer.restoreComputationGraph(file.toFile()));
    while (error.getCause() != null) {
      error = error.getCause();
    }
    assertEquals(
        "this network was prepared by an earlier snapshot of qat4j, whose schemes this version cannot"
            + " read: load it with that version, or prepare and train its original again",
        error.getMessage());
  }

  @Test
  void prepare_exemptLayer_staysReal() {
    ComputationGraph network =
        Qat.prepare(TestNetworks.residual(3), QatConfig.builder().exempt("stem").build());
    fit(network, 0, 3);
    QuantizedModel model = Qat.convert(network);
    assertEquals(1, convolutions(model, Arithmetic.REALS));
    assertEquals(2, convolutions(model, Arithmetic.CODES));
  }

  private static long convolutions(QuantizedModel model, Arithmetic arithmetic) {
    return model.graph().nodes().stream()
        .filter(n -> n.op() instanceof LinearOp.Conv && n.op().arithmetics().contains(arithmetic))
        .count();
  }

  @Test
  void prepare_oneBitBothSigns_isRefused() {
    QatConfig config = QatConfig.builder().activations(ActivationScheme.lsq(1)).build();
    var error =
        assertThrows(
            UnsupportedLayerException.class, () -> Qat.prepare(TestNetworks.residual(3), config));
    assertTrue(error.getMessage().contains("1-bit symmetric codes hold 0"), error.getMessage());
  }

  @Test
  void prepare_groupsThatDoNotDivideTheChannels_areRefused() {
    QatConfig config = QatConfig.builder().weights(WeightScheme.uniform(8).perGroup(5)).build();
    var error =
        assertThrows(
            UnsupportedLayerException.class, () -> Qat.prepare(TestNetworks.residual(3), config));
    assertTrue(
        error.getMessage().contains("6 output channels cannot be shared out evenly to 5 groups"),
        error.getMessage());
  }
}
