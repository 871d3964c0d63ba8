package org.qat4j.posttraining;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.layers.LinearBlock;
import org.qat4j.pruning.Pruning;
import org.qat4j.quantizers.WeightCodes;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;
import org.qat4j.training.network.NetworkView;

/** Adaptive rounding: better outputs, and codes that nothing moves. */
class WeightRoundingTest {
  private static final WeightRounding ROUNDING = new WeightRounding(150, 32, 1);

  private static Stream<WeightScheme> schemes() {
    return Stream.of(
        WeightScheme.uniform(3),
        WeightScheme.uniform(3).perTensor(),
        WeightScheme.uniform(4).withPowerOfTwoScale(),
        WeightScheme.leastSquares(3),
        WeightScheme.lsq(3));
  }

  private static Map<String, WeightCodes> codes(NetworkView<?> network) {
    LayerRunner runner = new LayerRunner(network);
    Map<String, WeightCodes> codes = new TreeMap<>();
    runner.stages().stream()
        .filter(runner::isBlock)
        .map(runner::block)
        .forEach(block -> codes.put(block.name(), block.codes()));
    return codes;
  }

  private static void assertSame(
      Map<String, WeightCodes> expected, Map<String, WeightCodes> actual) {
    expected.forEach(
        (layer, codes) -> {
          assertArrayEquals(codes.differences(), actual.get(layer).differences(), layer);
          assertArrayEquals(codes.scales(), actual.get(layer).scales(), layer);
        });
  }

  /** Steps between the codes of nearest and of adaptive rounding, where scales are the same. */
  private static int[] moves(WeightCodes nearest, WeightCodes rounded) {
    int[] moves = new int[nearest.differences().length];
    for (int i = 0; i < moves.length; i++) {
      moves[i] = rounded.differences()[i] - nearest.differences()[i];
    }
    return moves;
  }

  private static double error(MultiLayerNetwork real, MultiLayerNetwork quantized) {
    INDArray images = TestNetworks.data(77, 128, DataType.FLOAT).getFeatures();
    LayerRunner a = new LayerRunner(NetworkView.of(real));
    LayerRunner b = new LayerRunner(NetworkView.of(quantized));
    INDArray wanted = a.runAll(false, images).get(a.output());
    return wanted.sub(b.runAll(true, images).get(b.output())).norm2Number().doubleValue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("schemes")
  void round_anyScheme_movesCodesByOneAtMostAndLessensTheError(WeightScheme scheme) {
    MultiLayerNetwork network = Calibrated.trained(1);
    MultiLayerNetwork nearest =
        Qat.calibrate(network, Calibrated.data(1, 256), Calibrated.weights(scheme));

    MultiLayerNetwork rounded = ROUNDING.round(nearest, Calibrated.data(1, 256));

    assertTrue(
        error(nearest, rounded) < 0.9 * error(nearest, nearest),
        error(nearest, rounded) + " was " + error(nearest, nearest));
    Map<String, WeightCodes> before = codes(NetworkView.of(nearest));
    codes(NetworkView.of(rounded))
        .forEach(
            (layer, codes) -> {
              assertArrayEquals(before.get(layer).scales(), codes.scales(), 1e-6f, layer);
              for (int move : moves(before.get(layer), codes)) {
                assertTrue(Math.abs(move) <= 1, layer + " moved by " + move);
              }
            });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("schemes")
  void round_savedAndLoadedAndConverted_keepsItsCodes(WeightScheme scheme) throws IOException {
    MultiLayerNetwork rounded =
        ROUNDING.round(
            Qat.calibrate(
                Calibrated.trained(2), Calibrated.data(2, 128), Calibrated.weights(scheme)),
            Calibrated.data(2, 128));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(rounded, bytes, true);
    MultiLayerNetwork loaded =
        ModelSerializer.restoreMultiLayerNetwork(
            new ByteArrayInputStream(bytes.toByteArray()), true);

    assertSame(codes(NetworkView.of(rounded)), codes(NetworkView.of(loaded)));
    QuantizedModel model = Qat.convert(loaded);
    INDArray images = TestNetworks.data(3, 8, DataType.FLOAT).getFeatures();
    assertTrue(Parity.requireSameCodes(rounded, model, images) > 3);
  }

  @Test
  void round_storedWeights_areWhatTrainingRoundsTo() {
    MultiLayerNetwork rounded =
        ROUNDING.round(
            Qat.calibrate(
                Calibrated.trained(3),
                Calibrated.data(3, 128),
                Calibrated.weights(WeightScheme.uniform(4))),
            Calibrated.data(3, 128));
    LayerRunner runner = new LayerRunner(NetworkView.of(rounded));

    for (var stage : runner.stages().stream().filter(runner::isBlock).toList()) {
      LinearBlock block = runner.block(stage);
      double[][] values = FusedRows.values(block.codes());
      double[][] weights = block.weights();
      for (int o = 0; o < weights.length; o++) {
        assertArrayEquals(values[o], weights[o], 1e-6 * block.codes().scales()[o] * 8);
      }
    }
  }

  /** Each zero is a weight that could go up, were it not removed. */
  @Test
  void round_prunedWeights_stayZero() {
    QatConfig config =
        QatConfig.builder().weights(WeightScheme.uniform(3)).prune(Pruning.perLayer(0.5)).build();
    MultiLayerNetwork calibrated =
        Qat.calibrate(Calibrated.trained(6), Calibrated.data(6, 128), config);
    NetworkView<?> rounded = NetworkView.of(ROUNDING.round(calibrated, Calibrated.data(6, 128)));
    LayerRunner before = new LayerRunner(NetworkView.of(calibrated));
    LayerRunner after = new LayerRunner(rounded);
    for (var stage : before.stages().stream().filter(before::isBlock).toList()) {
      double[][] pruned = before.block(stage).weights();
      double[][] kept = after.block(stage).weights();
      for (int o = 0; o < pruned.length; o++) {
        for (int i = 0; i < pruned[o].length; i++) {
          assertTrue(pruned[o][i] != 0 || kept[o][i] == 0, stage.name() + " " + o + ", " + i);
        }
      }
    }
  }

  @Test
  void round_residualGraph_givesTheSameCodesWhenConverted() {
    ComputationGraph calibrated =
        Qat.calibrate(
            TestNetworks.residual(4),
            Calibrated.data(4, 64),
            Calibrated.weights(WeightScheme.uniform(4)));

    ComputationGraph rounded =
        new WeightRounding(20, 16, 1).round(calibrated, Calibrated.data(4, 64));

    INDArray images = TestNetworks.data(5, 8, DataType.FLOAT).getFeatures();
    assertTrue(Parity.requireSameCodes(rounded, Qat.convert(rounded), images) > 5);
  }

  @Test
  void round_affineWeights_isRefusedByName() {
    MultiLayerNetwork calibrated =
        Qat.calibrate(
            Calibrated.trained(5),
            Calibrated.data(5, 64),
            Calibrated.weights(WeightScheme.uniform(4).affine()));

    Exception failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> ROUNDING.round(calibrated, Calibrated.data(5, 64)));

    String first =
        List.copyOf(codes(NetworkView.of(calibrated)).keySet()).stream()
            .filter(name -> failure.getMessage().contains("'" + name + "'"))
            .findFirst()
            .orElseThrow();
    assertEquals(
        "layer '"
            + first
            + "': its weight scheme cannot keep which weights are rounded up; give it"
            + " WeightScheme.uniform, leastSquares or lsq",
        failure.getMessage());
  }
}
