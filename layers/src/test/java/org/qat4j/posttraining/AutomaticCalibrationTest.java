package org.qat4j.posttraining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.posttraining.AutomaticCalibration.Attempt;
import org.qat4j.posttraining.AutomaticCalibration.Result;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/** The search for a network that is good enough. */
class AutomaticCalibrationTest {
  private static final WeightRounding SHORT = new WeightRounding(60, 32, 1);

  /** So few bits that plain calibration loses much. */
  private static final QatConfig POOR =
      QatConfig.builder().weights(WeightScheme.uniform(2).perTensor()).activationBits(8).build();

  private static Result<MultiLayerNetwork> run(
      double maxDrop, int exemptions, List<Attempt> heard) {
    return new AutomaticCalibration(maxDrop, exemptions, 64, SHORT)
        .run(
            Calibrated.trained(1),
            Calibrated.data(1, 128),
            Calibrated.data(9, 256),
            POOR,
            heard::add);
  }

  private static double accuracy(Attempt attempt) {
    return attempt.accuracy().orElse(0.0);
  }

  @Test
  void run_generousDrop_endsWithTheFirstAttempt() {
    List<Attempt> heard = new ArrayList<>();

    Result<MultiLayerNetwork> result = run(100, 4, heard);

    assertTrue(result.satisfied());
    assertEquals(1, result.attempts().size());
    assertEquals("as configured", heard.get(0).what());
    assertEquals(List.of(), result.hurting());
  }

  @Test
  void run_tooFewBits_findsANetworkThatIsGoodEnough() {
    List<Attempt> heard = new ArrayList<>();

    Result<MultiLayerNetwork> result = run(1, 4, heard);

    assertEquals(heard, result.attempts());
    assertTrue(result.satisfied(), heard.toString());
    assertTrue(heard.size() > 1, heard.toString());
    Attempt last = heard.get(heard.size() - 1);
    assertTrue(100 * (result.floatAccuracy() - accuracy(last)) <= 1, heard.toString());
    assertTrue(
        100 * (result.floatAccuracy() - accuracy(heard.get(0))) > 1,
        "plain calibration was not: " + heard);
    assertEquals(result.accuracy(), accuracy(last));
    assertEquals(result.accuracy(), result.network().evaluate(Calibrated.data(9, 256)).accuracy());
    INDArray images = TestNetworks.data(2, 8, DataType.FLOAT).getFeatures();
    assertTrue(
        Parity.requireSameCodes(result.network(), Qat.convert(result.network()), images) > 3);
  }

  @Test
  void run_noExemptionsAllowed_saysThatNoneDidAndNamesLayers() {
    Result<MultiLayerNetwork> result = run(0, 0, new ArrayList<>());

    assertFalse(result.satisfied(), result.attempts().toString());
    assertTrue(result.drop() > 0);
    assertFalse(result.hurting().isEmpty());
    double best =
        result.attempts().stream().mapToDouble(a -> a.accuracy().orElse(0.0)).max().orElse(0);
    assertEquals(best, result.accuracy(), "the best is returned: " + result.attempts());
  }

  @Test
  void run_graph_isMeasuredAsDeployed() {
    ComputationGraph network = TestNetworks.residual(3);

    Result<ComputationGraph> result =
        AutomaticCalibration.within(50)
            .run(
                network,
                Calibrated.data(3, 32),
                Calibrated.data(9, 64),
                QatConfig.int8(),
                attempt -> {});

    assertTrue(result.satisfied());
    assertEquals(result.accuracy(), result.network().evaluate(Calibrated.data(9, 64)).accuracy());
  }

  @Test
  void within_noPercentage_isRefused() {
    for (double drop : new double[] {-0.1, 101, Double.NaN}) {
      Exception failure =
          assertThrows(IllegalArgumentException.class, () -> AutomaticCalibration.within(drop));
      assertEquals(
          "the largest drop must be 0 to 100 percentage points, got " + drop, failure.getMessage());
    }
  }
}
