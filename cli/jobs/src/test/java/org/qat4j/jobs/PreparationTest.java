package org.qat4j.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.examples.networks.LeNet;
import org.qat4j.jobs.config.ConfigReader;
import org.qat4j.jobs.config.JobConfig;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.Observation;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.LayerSummary;
import org.qat4j.training.Qat;

/** What a configuration file says is what the prepared network has. */
class PreparationTest {

  private static List<LayerSummary> prepared(String yaml) {
    JobConfig config = ConfigReader.parse("job.yaml", yaml, ConfigReader.noOverrides());
    var network = LeNet.create(1, new Adam(1e-3), 0, 10);
    return Qat.summarize(Qat.prepare(network, Preparation.of(config.qat(), config.prune(), 100)));
  }

  private static List<String> weights(List<LayerSummary> layers) {
    return layers.stream().map(LayerSummary::weights).filter(each -> !each.isEmpty()).toList();
  }

  @Test
  void of_weightKeys_reachTheNetwork() {
    List<String> weights =
        weights(
            prepared(
                "qat:\n  weightBits: 3\n  weightScheme: dorefa\n  firstAndLastWeightBits: 8\n"));
    String eight = WeightScheme.uniform(8).toString();
    String dorefa = WeightScheme.dorefa(3).toString();
    assertEquals(List.of(eight, dorefa, dorefa, eight), weights);
  }

  @Test
  void of_activationKeys_reachTheNetworkAndItsEndsHaveEightBits() {
    List<LayerSummary> layers =
        prepared(
            """
            qat:
              activationBits: 4
              activationScheme: pact
              range: percentile
              rangeParameter: 99
              rangeRate: 0.2
            """);
    Observation observation = Observation.percentile(99).withRate(0.2);
    String ends = ActivationScheme.observed(8).observing(observation).toString();
    String inside = ActivationScheme.pact(4).toString();
    Map<String, Integer> counts = new LinkedHashMap<>();
    layers.stream()
        .map(LayerSummary::activations)
        .filter(each -> !each.isEmpty())
        .forEach(each -> counts.merge(each, 1, Integer::sum));
    assertEquals(Map.of(ends, 2, inside, 3), counts);
  }

  @Test
  void of_eightBitActivations_keepsTheirCodesWide() {
    String first = prepared("").get(1).name();
    List<LayerSummary> layers =
        prepared("qat:\n  activationBits: 2\n  eightBitActivations: \"" + first + "\"\n");
    assertEquals(8, layers.get(1).activationBits());
    assertEquals(2, layers.stream().filter(each -> each.activationBits() == 2).count());
  }

  @Test
  void of_exempt_leavesThatLayerReal() {
    String first = prepared("").get(1).name();
    List<LayerSummary> layers = prepared("qat:\n  exempt: \"" + first + "\"\n");
    assertEquals("float32", layers.get(1).weights());
    assertTrue(layers.get(1).reason().startsWith("exempt"), layers.get(1).reason());
    assertEquals(1, layers.stream().filter(each -> each.weights().equals("float32")).count());
  }
}
