package org.qat4j.training;

import java.util.List;
import org.qat4j.layers.Quantization;
import org.qat4j.layers.recurrent.WeightQuantizing;
import org.qat4j.training.LayerSelector.Candidate;
import org.qat4j.training.forms.Prepared;
import org.qat4j.training.forms.RecurrentPlan;

/** Gives the layers of a recurrent network what a configuration says of their weights. */
final class RecurrentRules {
  private final List<Prepared> weighted;

  private RecurrentRules(List<Prepared> plan) {
    this.weighted =
        plan.stream().filter(next -> !RecurrentPlan.weighted(next.stage()).isEmpty()).toList();
  }

  /**
   * Sets the quantization of each layer's weights.
   *
   * @throws IllegalArgumentException if a rule is about activations or about no layer, or weights
   *     are to be pruned
   */
  static void apply(QatConfig config, List<Prepared> plan) {
    if (!config.pruning().isNone()) {
      throw notPruned("the configuration");
    }
    RecurrentRules rules = new RecurrentRules(plan);
    config.rules().forEach(rules::requireEffect);
    for (int i = 0; i < rules.weighted.size(); i++) {
      Quantization quantization = config.of(rules.candidate(i));
      for (WeightQuantizing layer : RecurrentPlan.weighted(rules.weighted.get(i).stage())) {
        layer.setQuantization(quantization);
      }
    }
  }

  private Candidate candidate(int index) {
    Prepared next = weighted.get(index);
    return new Candidate(
        next.source().name(), next.source().conf().getClass(), index, weighted.size());
  }

  private static IllegalArgumentException notPruned(String what) {
    return new IllegalArgumentException(
        what
            + " prunes weights, but those of a recurrent network cannot be pruned; leave pruning out");
  }

  private void requireEffect(QatConfig.Rule rule) {
    if (rule.pruning().isPresent()) {
      throw notPruned("the rule for " + rule.layers());
    }
    if (rule.activations().isPresent()) {
      throw new IllegalArgumentException(
          "the rule for "
              + rule.layers()
              + " is about activations, but those of a recurrent network stay real in training and"
              + " are quantized while it runs; give it weights alone");
    }
    for (int i = 0; i < weighted.size(); i++) {
      if (rule.layers().matches(candidate(i))) {
        return;
      }
    }
    throw new IllegalArgumentException(
        "no layer with weights matches the rule for "
            + rule.layers()
            + "; the layers with weights are "
            + weighted.stream().map(next -> next.source().name()).toList());
  }
}
