package org.qat4j.training;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.qat4j.layers.QuantizedBlock;
import org.qat4j.layers.QuantizingConf;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.LayerSelector.Candidate;
import org.qat4j.training.forms.Forms;
import org.qat4j.training.forms.Prepared;
import org.qat4j.training.network.Stage;

/** Gives the layers of a plan what a configuration says of them. */
final class Rules {
  private final QatConfig config;
  private final List<Prepared> quantizing;
  private final List<String> weighted;

  private Rules(QatConfig config, List<Prepared> plan) {
    this.config = config;
    this.quantizing =
        plan.stream().filter(next -> next.stage().conf() instanceof QuantizingConf).toList();
    this.weighted =
        plan.stream()
            .filter(next -> next.stage().conf() instanceof QuantizedBlock)
            .map(next -> next.source().name())
            .distinct()
            .toList();
  }

  /**
   * Sets the quantization of each layer.
   *
   * @throws org.qat4j.training.forms.UnsupportedLayerException if a layer could not be deployed so
   * @throws IllegalArgumentException if a rule is about no layer
   */
  static void apply(QatConfig config, List<Prepared> plan) {
    Rules rules = new Rules(config, plan);
    rules.quantize();
    rules.requireEffect();
    rules.leaveOutInputGradient(plan);
  }

  private void quantize() {
    Map<String, QuantizingConf> quantizers = new HashMap<>();
    for (Prepared next : quantizing) {
      QuantizingConf layer = layer(next);
      Candidate candidate = candidate(next);
      layer.setQuantization(Forms.isEnd(next) ? config.ofEnd(candidate) : config.of(candidate));
      Forms.requireDeployable(
          next, layer.getInputQuantizers().stream().map(quantizers::get).toList());
      if (layer instanceof QuantizedBlock block) {
        block.setPruning(config.pruningOf(candidate));
        requirePrunable(next.source(), block);
      }
      quantizers.put(layer.getQuantizerName(), layer);
    }
  }

  private static void requirePrunable(Stage source, QuantizedBlock block) {
    WeightScheme weights = block.getQuantization().weights();
    if (!block.getPruning().isNone() && !weights.hasZero()) {
      throw notPrunable(source, "its weights (" + weights + ") have no code for 0", null);
    }
    try {
      block.getPruning().sparsity().requireFits(block.inputChannels());
    } catch (IllegalArgumentException e) {
      throw notPrunable(source, e.getMessage(), e);
    }
  }

  private static IllegalArgumentException notPrunable(
      Stage source, String problem, Exception cause) {
    return new IllegalArgumentException(
        source.describe()
            + " cannot be pruned so: "
            + problem
            + "; leave it unpruned, or give it other weights or another sparsity",
        cause);
  }

  private static QuantizingConf layer(Prepared next) {
    return (QuantizingConf) next.stage().conf();
  }

  /** Rules name types of layers, so a vertex that holds none has the type of what it becomes. */
  private Candidate candidate(Prepared next) {
    Stage source = next.source();
    Stage typed = source.conf() instanceof Layer ? source : next.stage();
    return new Candidate(
        source.name(), typed.conf().getClass(), weighted.indexOf(source.name()), weighted.size());
  }

  /** A rule that changes nothing is a mistake in its pattern. */
  private void requireEffect() {
    Set<Candidate> all = candidates(quantizing.stream());
    Set<Candidate> exemptible =
        candidates(quantizing.stream().filter(next -> !next.origins().isEmpty()));
    Set<Candidate> prunable =
        candidates(quantizing.stream().filter(next -> layer(next) instanceof QuantizedBlock));
    for (QatConfig.Rule rule : config.rules()) {
      if (rule.pruning().isPresent()) {
        requireEffect(rule, prunable, "layer%s with weights", "pruning of");
      } else if (rule.weights().filter(WeightScheme::isReal).isPresent()) {
        requireEffect(rule, exemptible, "layer%s with weights", "exemption of");
      } else {
        requireEffect(rule, all, "quantized layer%s", "rule for");
      }
    }
  }

  private static void requireEffect(
      QatConfig.Rule rule, Set<Candidate> possible, String what, String which) {
    if (possible.stream().noneMatch(rule.layers()::matches)) {
      throw new IllegalArgumentException(
          "no "
              + what.formatted("")
              + " matches the "
              + which
              + " "
              + rule.layers()
              + "; the "
              + what.formatted("s")
              + " are "
              + possible.stream().map(Candidate::name).toList());
    }
  }

  private Set<Candidate> candidates(Stream<Prepared> layers) {
    return layers.map(this::candidate).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /**
   * The first block computes no gradient of its input where nothing has a use for it: no learned
   * range, no other reader, nothing between.
   */
  private void leaveOutInputGradient(List<Prepared> plan) {
    Stage input = plan.get(0).stage();
    List<Stage> readers =
        plan.stream()
            .map(Prepared::stage)
            .filter(stage -> stage.inputs().contains(input.name()))
            .toList();
    boolean learned = layer(plan.get(0)).getQuantization().activations().isLearned();
    if (!config.inputGradient()
        && !learned
        && input.preprocessor() == null
        && readers.size() == 1
        && readers.get(0).preprocessor() == null
        && readers.get(0).conf() instanceof QuantizedBlock block
        && block.getIDropout() == null) {
      block.setInputGradient(false);
    }
  }
}
