package org.qat4j.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.qat4j.layers.Quantization;
import org.qat4j.layers.Schedule;
import org.qat4j.observer.RangeObserver;
import org.qat4j.pruning.Pruning;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.Observation;
import org.qat4j.quantizers.WeightScheme;

/**
 * How a network is to be quantized.
 *
 * <p>The network's input and its logits have 8-bit observed codes unless a rule names them: few
 * bits are for what lies between.
 *
 * @param quantization of every layer that no rule is about
 * @param ranges how the ranges of the network's input and its logits are observed
 * @param pruning of every layer that no rule is about
 * @param rules for single layers; of several about one layer the first wins, for weights, for
 *     activations and for pruning each
 * @param calibration how {@link Qat#calibrate} joins the extremes of its batches, where an
 *     estimator asks for no more than these; training observes a stream, as an {@link Observation}
 *     says
 * @param inputGradient whether training computes the gradient of the network's input, which only
 *     adversarial examples and the like need; else it is null
 */
public record QatConfig(
    Quantization quantization,
    Observation ranges,
    Pruning pruning,
    List<Rule> rules,
    RangeObserver calibration,
    boolean inputGradient) {

  /**
   * Other schemes for some layers.
   *
   * @param layers which
   * @param weights scheme of their weights; empty to leave it
   * @param activations scheme of their outputs; empty to leave it
   * @param pruning of their weights; empty to leave it
   */
  public record Rule(
      LayerSelector layers,
      Optional<WeightScheme> weights,
      Optional<ActivationScheme> activations,
      Optional<Pruning> pruning) {

    /** A rule that leaves pruning as it is. */
    public Rule(
        LayerSelector layers,
        Optional<WeightScheme> weights,
        Optional<ActivationScheme> activations) {
      this(layers, weights, activations, Optional.empty());
    }
  }

  public QatConfig {
    rules = List.copyOf(rules);
  }

  /** 8-bit weights and activations from the first iteration. */
  public static QatConfig int8() {
    return builder().build();
  }

  /**
   * No quantization ever: the network trains in floating point on the fast layers. Ranges are not
   * observed, so it cannot be converted; {@link Qat#restore} gives the trained parameters back.
   */
  public static QatConfig floatingPoint() {
    return floatingPointBuilder().build();
  }

  /** Starts from {@link #floatingPoint}, to prune a network that is not quantized. */
  public static Builder floatingPointBuilder() {
    return builder().weights(WeightScheme.real()).schedule(Schedule.FLOAT);
  }

  /** The same with rules that win over those that it has. */
  public QatConfig preferring(List<Rule> first) {
    List<Rule> all = new ArrayList<>(first);
    all.addAll(rules);
    return new QatConfig(quantization, ranges, pruning, all, calibration, inputGradient);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** What holds for a layer. */
  Quantization of(LayerSelector.Candidate layer) {
    return of(layer, quantization.activations());
  }

  /** What holds for the network's input or its logits. */
  Quantization ofEnd(LayerSelector.Candidate layer) {
    return of(layer, ActivationScheme.observed(8).observing(ranges));
  }

  /** What is pruned of a layer with weights. */
  Pruning pruningOf(LayerSelector.Candidate layer) {
    return first(layer, Rule::pruning).orElse(pruning);
  }

  private Quantization of(LayerSelector.Candidate layer, ActivationScheme general) {
    return new Quantization(
        first(layer, Rule::weights).orElse(quantization.weights()),
        first(layer, Rule::activations).orElse(general),
        quantization.schedule());
  }

  private <T> Optional<T> first(LayerSelector.Candidate layer, Function<Rule, Optional<T>> part) {
    return rules.stream()
        .filter(rule -> rule.layers().matches(layer))
        .flatMap(rule -> part.apply(rule).stream())
        .findFirst();
  }

  /** Starts from 8-bit weights and activations. */
  public static final class Builder {
    private WeightScheme weights = Quantization.INT8.weights();
    private ActivationScheme activations = Quantization.INT8.activations();
    private Observation ranges = Observation.DEFAULT;
    private Schedule schedule = Quantization.INT8.schedule();
    private Pruning pruning = Pruning.NONE;
    private RangeObserver calibration = new RangeObserver.MinMax();
    private boolean inputGradient;
    private final List<Rule> rules = new ArrayList<>();

    private Builder() {}

    /** Weights of 1 to 8 or 16 bits in the scheme that is usual for so many. */
    public Builder weightBits(int bits) {
      return weights(WeightScheme.ofBits(bits));
    }

    /** Activations of 1 to 8 or 16 bits in the scheme that is usual for so many. */
    public Builder activationBits(int bits) {
      this.activations = ActivationScheme.ofBits(bits);
      return ranges(ranges);
    }

    public Builder weights(WeightScheme scheme) {
      this.weights = scheme;
      return this;
    }

    /** The scheme of activations; the input's and the logits' ranges are observed as its are. */
    public Builder activations(ActivationScheme scheme) {
      this.activations = scheme;
      if (scheme instanceof ActivationScheme.Observed observed) {
        this.ranges = observed.observation();
      }
      return this;
    }

    /** How ranges are observed: that of the input, of the logits, and of an observed scheme. */
    public Builder ranges(Observation observation) {
      this.ranges = observation;
      if (activations instanceof ActivationScheme.Observed observed) {
        this.activations = observed.observing(observation);
      }
      return this;
    }

    /**
     * How {@link Qat#calibrate} joins the smallest and largest values of its batches where the
     * estimator is {@code minMax}: those of all images unless this says otherwise.
     */
    public Builder calibratedBy(RangeObserver joining) {
      this.calibration = joining;
      return this;
    }

    public Builder schedule(Schedule schedule) {
      this.schedule = schedule;
      return this;
    }

    /** Other weights for some layers. */
    public Builder weights(LayerSelector layers, WeightScheme scheme) {
      rules.add(new Rule(layers, Optional.of(scheme), Optional.empty()));
      return this;
    }

    /** Other output codes for some layers. */
    public Builder activations(LayerSelector layers, ActivationScheme scheme) {
      rules.add(new Rule(layers, Optional.empty(), Optional.of(scheme)));
      return this;
    }

    /** Sets weights of all layers to zero that have some. */
    public Builder prune(Pruning pruning) {
      this.pruning = pruning;
      return this;
    }

    /** Prunes some layers otherwise. */
    public Builder prune(LayerSelector layers, Pruning pruning) {
      rules.add(new Rule(layers, Optional.empty(), Optional.empty(), Optional.of(pruning)));
      return this;
    }

    /** Prunes the layers otherwise whose whole name the regular expression matches. */
    public Builder prune(String regex, Pruning pruning) {
      return prune(named(regex), pruning);
    }

    /** Other bits for the layers whose whole name the regular expression matches. */
    public Builder layers(String regex, int weightBits, int activationBits) {
      return weights(named(regex), WeightScheme.ofBits(weightBits))
          .activations(named(regex), ActivationScheme.ofBits(activationBits));
    }

    /** Other bits for the weights of the first and the last layer: often 8. */
    public Builder firstAndLast(int weightBits) {
      return weights(new LayerSelector.FirstAndLast(), WeightScheme.ofBits(weightBits));
    }

    /**
     * Leaves layers in floating point whose whole name the regular expression matches. They are
     * deployed as float islands between codes.
     */
    public Builder exempt(String regex) {
      return weights(named(regex), WeightScheme.real());
    }

    /** Leaves layers of a type in floating point. */
    public Builder exempt(Class<? extends Layer> type) {
      return weights(new LayerSelector.OfType(type), WeightScheme.real());
    }

    private static LayerSelector named(String regex) {
      return new LayerSelector.Named(Pattern.compile(regex));
    }

    /**
     * Whether training computes the gradient of the network's input too; by default not, since
     * {@code fit} has no use for it.
     */
    public Builder inputGradient(boolean computed) {
      this.inputGradient = computed;
      return this;
    }

    public QatConfig build() {
      return new QatConfig(
          new Quantization(weights, activations, schedule),
          ranges,
          pruning,
          rules,
          calibration,
          inputGradient);
    }
  }
}
