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
      quantizers.put(layer.getQuantizerName(), layer);
    }
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
    for (QatConfig.Rule rule : config.rules()) {
      boolean exempts = rule.weights().filter(WeightScheme::isReal).isPresent();
      Set<Candidate> possible = exempts ? exemptible : all;
      if (possible.stream().noneMatch(rule.layers()::matches)) {
        throw new IllegalArgumentException(
            (exempts
                    ? "no layer with weights matches the exemption of "
                    : "no quantized layer matches the rule for ")
                + rule.layers()
                + "; the "
                + (exempts ? "layers with weights" : "quantized layers")
                + " are "
                + possible.stream().map(Candidate::name).toList());
      }
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
