package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.testnets.LayerNetworks;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;

/**
 * Every kind of quantizing layer, the network's input and its logits included, trains and deploys
 * with every scheme.
 */
class SchemeMatrixTest {
  private static final INDArray IMAGES = TestNetworks.data(70, 8, DataType.FLOAT).getFeatures();
  private static final WeightScheme WEIGHTS = WeightScheme.uniform(8);

  static Stream<Arguments> pairs() {
    Stream<Arguments> activations =
        Stream.of(
                ActivationScheme.observed(8),
                ActivationScheme.observed(4).withSignedCodes(),
                ActivationScheme.observed(6).withSymmetricRange(),
                ActivationScheme.pact(4),
                ActivationScheme.pact(8).withSignedCodes(),
                ActivationScheme.lsq(4),
                ActivationScheme.lsq(3).withSignedCodes(),
                ActivationScheme.lsqPlus(4),
                ActivationScheme.lsqPlus(3).withSignedCodes())
            .map(scheme -> Arguments.of(WEIGHTS, scheme));
    Stream<Arguments> weights =
        Stream.of(
                WeightScheme.uniform(4).affine(),
                WeightScheme.lsq(4),
                WeightScheme.lsq(2).perTensor(),
                WeightScheme.binary(),
                WeightScheme.ternary(),
                WeightScheme.dorefa(3),
                WeightScheme.powerOfTwo(4),
                WeightScheme.real())
            .map(scheme -> Arguments.of(scheme, ActivationScheme.lsq(4)));
    return Stream.concat(activations, weights)
        .flatMap(
            pair ->
                LayerNetworks.CONFIGURED.keySet().stream()
                    .sorted()
                    .map(name -> Arguments.of(name, pair.get()[0], pair.get()[1])));
  }

  @ParameterizedTest(name = "{0}, weights {1}, activations {2}")
  @MethodSource("pairs")
  void fit_everyLayerInOneScheme_learnsItsRangesAndDeploysWhatItInfers(
      String name, WeightScheme weights, ActivationScheme activations) {
    ComputationGraph original =
        LayerNetworks.CONFIGURED.get(name).of(3, DataType.FLOAT, settings -> {});
    ComputationGraph network =
        Qat.prepare(
            original,
            QatConfig.builder()
                .weights(weights)
                .activations(new LayerSelector.Named(Pattern.compile(".*")), activations)
                .build());
    network.fit(TestNetworks.data(0, 16, DataType.FLOAT));
    Map<String, INDArray> first = copies(network);
    for (int step = 1; step < 6; step++) {
      network.fit(TestNetworks.data(step, 16, DataType.FLOAT));
    }
    int ranges = 0;
    for (Map.Entry<String, INDArray> entry : first.entrySet()) {
      if (entry.getKey().endsWith("_" + activations.parameter())) {
        INDArray moved = network.getParam(entry.getKey());
        // A clip that starts at the largest value stays until a batch exceeds it.
        boolean mayStay = activations instanceof ActivationScheme.Pact;
        assertTrue(mayStay || entry.getValue().distance2(moved) > 0, entry.getKey() + " stays");
        ranges++;
      }
    }
    long own = Qat.summarize(network).stream().filter(each -> each.activationBits() > 0).count();
    assertEquals(own, ranges);
    assertTrue(Parity.requireSameCodes(network, Qat.convert(network), IMAGES) > 5);
  }

  private static Map<String, INDArray> copies(ComputationGraph network) {
    return network.paramTable().entrySet().stream()
        .collect(
            java.util.stream.Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().dup()));
  }
}
