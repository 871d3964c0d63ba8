package org.qat4j.posttraining;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qat4j.training.QatConfig;
import org.qat4j.training.QatConfig.Rule;

/**
 * A way to quantize a network, from which it can be made at any time.
 *
 * @param config of the network
 * @param equalized whether the float network is equalized first
 * @param biasCorrected whether biases are corrected
 * @param rounded weights [outChannels, fanIn] that were rounded adaptively, by prepared layer
 */
record Candidate(
    QatConfig config, boolean equalized, boolean biasCorrected, Map<String, double[][]> rounded) {
  Candidate {
    rounded = Map.copyOf(rounded);
  }

  static Candidate of(QatConfig config) {
    return new Candidate(config, false, false, Map.of());
  }

  /** With rules that win over those that it has. */
  Candidate with(List<Rule> rules) {
    return new Candidate(config.preferring(rules), equalized, biasCorrected, rounded);
  }

  /** With other bits for some layers, whose weights are then no longer rounded adaptively. */
  Candidate exempting(Set<String> layers, List<Rule> rules) {
    Map<String, double[][]> others = new HashMap<>(rounded);
    others.keySet().removeAll(layers);
    return new Candidate(config.preferring(rules), equalized, biasCorrected, others);
  }

  Candidate withEqualization() {
    return new Candidate(config, true, biasCorrected, rounded);
  }

  Candidate withBiasCorrection() {
    return new Candidate(config, equalized, true, rounded);
  }

  Candidate withRounded(Map<String, double[][]> weights) {
    return new Candidate(config, equalized, biasCorrected, weights);
  }
}
