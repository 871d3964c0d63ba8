package org.qat4j.posttraining;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.observer.RangeEstimator;
import org.qat4j.posttraining.AutomaticCalibration.Attempt;
import org.qat4j.posttraining.AutomaticCalibration.Result;
import org.qat4j.posttraining.Sensitivity.OfLayer;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.Observation;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.LayerSelector;
import org.qat4j.training.QatConfig;
import org.qat4j.training.QatConfig.Rule;
import org.qat4j.training.forms.Fusion;

/** One run of {@link AutomaticCalibration}: the best candidate so far, and what was tried. */
final class Search<N> {
  private static final List<RangeEstimator> ESTIMATORS =
      List.of(
          new RangeEstimator.MinMax(),
          new RangeEstimator.MeanSquaredError(),
          new RangeEstimator.Percentile(99.99),
          new RangeEstimator.Percentile(99.9),
          new RangeEstimator.KlDivergence(),
          new RangeEstimator.L2Norm());

  /** Less is no reason to take another estimator, in decibels. */
  private static final double WORTHWHILE = 0.1;

  private final AutomaticCalibration settings;
  private final Steps<N> steps;
  private final Source<N> source;
  private final Judge judge;
  private final Consumer<Attempt> listener;
  private final Map<String, String> originals;
  private final double floatAccuracy;
  private final List<Attempt> attempts = new ArrayList<>();
  private Candidate best;
  private Source.Made<N> made;
  private double accuracy = -1;

  Search(
      AutomaticCalibration settings,
      Steps<N> steps,
      N original,
      DataSetIterator calibration,
      DataSetIterator validation,
      QatConfig config,
      Consumer<Attempt> listener) {
    this.settings = settings;
    this.steps = steps;
    this.listener = listener;
    this.source = new Source<>(steps, original, calibration);
    this.best = Candidate.of(config);
    this.made = source.make(best);
    this.judge = Judge.of(validation, made.real());
    this.floatAccuracy = judge.accuracy(made.real());
    this.originals =
        Fusion.fuse(steps.view().apply(original).stages()).stream()
            .collect(Collectors.toMap(p -> p.stage().name(), p -> p.source().name()));
  }

  Result<N> run() {
    measure("as configured", best, made);
    if (!isSatisfied()) {
      List<OfLayer> hurting = sensitivity(made, layer -> true).hurting();
      tryEstimators(hurting);
      tryEqualization(hurting);
      tryBiasCorrection();
      tryRounding(hurting);
      tryExemptions("16 bits", this::in16Bits);
      tryExemptions("real numbers", this::inRealNumbers);
    }
    List<String> hurting =
        isSatisfied()
            ? List.of()
            : sensitivity(made, layer -> true).hurting().stream().map(OfLayer::layer).toList();
    return new Result<>(made.network(), floatAccuracy, accuracy, isSatisfied(), attempts, hurting);
  }

  private boolean isSatisfied() {
    // As percentages are printed: 0.2 points of 500 images must not fail by a rounding error.
    return 100 * (floatAccuracy - accuracy) <= settings.maxDrop() + 1e-9;
  }

  private Sensitivity sensitivity(Source.Made<N> network, Predicate<String> layers) {
    return Sensitivity.measure(
        network.real(), network.quantized(), judge.some(settings.sensitivityImages()), layers);
  }

  /** Measures a candidate and keeps it unless it is worse. */
  private void attempt(String what, Candidate candidate) {
    measure(what, candidate, source.make(candidate));
  }

  private void measure(String what, Candidate candidate, Source.Made<N> network) {
    double reached = judge.accuracy(steps.convert().apply(network.network()), network.quantized());
    boolean kept = reached >= accuracy;
    if (kept) {
      best = candidate;
      made = network;
      accuracy = reached;
    }
    report(new Attempt(what, Optional.of(reached), kept));
  }

  private void report(Attempt attempt) {
    attempts.add(attempt);
    listener.accept(attempt);
  }

  private void leaveOut(String what) {
    report(new Attempt(what, Optional.empty(), false));
  }

  private void tryEstimators(List<OfLayer> hurting) {
    Map<String, Double> noise = new HashMap<>();
    hurting.forEach(layer -> noise.put(layer.layer(), decibels(layer)));
    Map<String, Rule> better = new LinkedHashMap<>();
    for (RangeEstimator estimator : ESTIMATORS) {
      Map<String, Rule> rules = new LinkedHashMap<>();
      hurting.forEach(
          layer -> observing(layer.layer(), estimator).ifPresent(r -> rules.put(layer.layer(), r)));
      Source.Made<N> tried = source.make(best.with(List.copyOf(rules.values())));
      for (OfLayer layer : sensitivity(tried, rules::containsKey).layers()) {
        if (decibels(layer) > noise.get(layer.layer()) + WORTHWHILE) {
          noise.put(layer.layer(), decibels(layer));
          better.put(layer.layer(), rules.get(layer.layer()));
        }
      }
    }
    if (better.isEmpty()) {
      leaveOut("other estimators: none is better for " + names(hurting));
    } else {
      String what =
          better.entrySet().stream()
              .map(entry -> entry.getKey() + " " + estimator(entry.getValue()))
              .collect(Collectors.joining(", "));
      attempt("other estimators: " + what, best.with(List.copyOf(better.values())));
    }
  }

  private static double decibels(OfLayer layer) {
    return layer.only().sqnr().orElse(Double.POSITIVE_INFINITY);
  }

  private static String estimator(Rule rule) {
    return ((ActivationScheme.Observed) rule.activations().orElseThrow())
        .observation()
        .estimator()
        .text();
  }

  /** The output of a layer with its range chosen so; empty where the range is learned. */
  private Optional<Rule> observing(String layer, RangeEstimator estimator) {
    return made.quantized().quantization(layer).activations()
            instanceof ActivationScheme.Observed observed
        ? Optional.of(
            new Rule(
                selector(layer),
                Optional.empty(),
                Optional.of(observed.observing(Observation.of(estimator)))))
        : Optional.empty();
  }

  private LayerSelector selector(String prepared) {
    return new LayerSelector.Named(Pattern.compile(Pattern.quote(originals.get(prepared))));
  }

  private void tryEqualization(List<OfLayer> hurting) {
    if (isSatisfied()) {
      return;
    }
    Set<String> names = hurting.stream().map(OfLayer::layer).collect(Collectors.toSet());
    long pairs =
        source.pairs().stream()
            .filter(p -> names.contains(p.first().name()) || names.contains(p.second().name()))
            .count();
    if (pairs == 0) {
      leaveOut("equalization: reaches none of " + names(hurting));
    } else {
      attempt(
          "equalization of " + source.pairs().size() + " pairs of layers", best.withEqualization());
    }
  }

  private void tryBiasCorrection() {
    if (!isSatisfied()) {
      attempt("bias correction", best.withBiasCorrection());
    }
  }

  private void tryRounding(List<OfLayer> hurting) {
    if (isSatisfied()) {
      return;
    }
    Set<String> layers =
        hurting.stream()
            .map(OfLayer::layer)
            .filter(layer -> canBeRounded(made.quantized(), layer))
            .collect(Collectors.toSet());
    if (layers.isEmpty()) {
      leaveOut("weight rounding: none of " + names(hurting) + " has weights that it can round");
    } else {
      attempt(
          "weight rounding of " + layers.size() + " layers",
          best.withRounded(source.round(made, settings.rounding(), layers)));
    }
  }

  private static boolean canBeRounded(LayerRunner runner, String layer) {
    return runner.isBlock(layer)
        && runner.block(layer).quantizesWeights()
        && runner.block(layer).keepsCodes();
  }

  private static String names(List<OfLayer> layers) {
    return layers.stream().map(OfLayer::layer).collect(Collectors.joining(", "));
  }

  /** The worst layer, then also the next, as long as it is not enough. */
  private void tryExemptions(String what, BiFunction<LayerRunner, String, Optional<Rule>> rule) {
    if (isSatisfied() || settings.exemptions() == 0) {
      return;
    }
    LayerRunner runner = made.quantized();
    Candidate from = best;
    List<String> names = new ArrayList<>();
    List<Rule> rules = new ArrayList<>();
    for (OfLayer layer : sensitivity(made, name -> true).hurting()) {
      Optional<Rule> next = rule.apply(runner, layer.layer());
      if (next.isPresent() && !isSatisfied() && rules.size() < settings.exemptions()) {
        names.add(layer.layer());
        rules.add(next.get());
        attempt(what + ": " + String.join(", ", names), from.exempting(Set.copyOf(names), rules));
      }
    }
    if (rules.isEmpty()) {
      leaveOut(what + ": no layer that hurts can have them");
    }
  }

  private Optional<Rule> in16Bits(LayerRunner runner, String layer) {
    return isExempt(runner, layer)
        ? Optional.empty()
        : Optional.of(
            new Rule(
                selector(layer),
                Optional.of(WeightScheme.uniform(16)),
                Optional.of(ActivationScheme.observed(16))));
  }

  private static boolean isExempt(LayerRunner runner, String layer) {
    return runner.isBlock(layer) && !runner.block(layer).quantizesWeights();
  }

  private Optional<Rule> inRealNumbers(LayerRunner runner, String layer) {
    return runner.isBlock(layer) && !isExempt(runner, layer)
        ? Optional.of(new Rule(selector(layer), Optional.of(WeightScheme.real()), Optional.empty()))
        : Optional.empty();
  }
}
