package org.qat4j.posttraining;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.training.QatConfig;
import org.qat4j.training.calibration.ActivationStatistics;

/**
 * A float network and the data to calibrate it with. What was seen of its activations is kept, and
 * so is what was seen of the equalized network's, if there is one: no candidate changes it.
 */
final class Source<N> {
  private final Steps<N> steps;
  private final N original;
  private final DataSetIterator calibration;
  private final ActivationStatistics seen;
  private final List<Equalization.Pair> pairs;
  private N equalized;
  private ActivationStatistics seenEqualized;
  private Batches batches;

  Source(Steps<N> steps, N original, DataSetIterator calibration) {
    this.steps = steps;
    this.original = original;
    this.calibration = calibration;
    this.seen = observe(original);
    N fused = steps.prepare().apply(original, QatConfig.floatingPoint());
    this.pairs = Equalization.pairs(steps.view().apply(fused));
  }

  private ActivationStatistics observe(N network) {
    calibration.reset();
    return steps.observe().apply(network, calibration);
  }

  /** What equalization could scale. */
  List<Equalization.Pair> pairs() {
    return pairs;
  }

  /**
   * A network that a candidate describes.
   *
   * @param network the calibrated network
   * @param real the same with the float network's parameters
   */
  record Made<N>(N network, LayerRunner quantized, LayerRunner real) {}

  Made<N> make(Candidate candidate) {
    N calibrated =
        candidate.equalized()
            ? equalized(candidate)
            : steps.calibrate().calibrate(original, seen, candidate.config());
    LayerRunner real = steps.runner(calibrated);
    if (candidate.rounded().isEmpty() && !candidate.biasCorrected()) {
      return new Made<>(calibrated, real, real);
    }
    N changed = steps.copy(calibrated);
    LayerRunner quantized = steps.runner(changed);
    candidate.rounded().forEach((layer, weights) -> quantized.block(layer).setWeights(weights));
    if (candidate.biasCorrected()) {
      new LayerByLayer(real, quantized).run(batches().features(), BiasCorrection::correct);
    }
    return new Made<>(changed, quantized, real);
  }

  private N equalized(Candidate candidate) {
    if (equalized == null) {
      equalized = Equalization.equalize(original, steps);
      seenEqualized = observe(equalized);
    }
    return steps.calibrate().calibrate(equalized, seenEqualized, candidate.config());
  }

  /** Weights of some layers, rounded adaptively one layer after the other. */
  Map<String, double[][]> round(Made<N> made, WeightRounding rounding, Set<String> layers) {
    Map<String, double[][]> rounded = new HashMap<>();
    LayerRunner changing = steps.runner(steps.copy(made.network()));
    new LayerByLayer(made.real(), changing)
        .run(
            batches().features(),
            layer -> {
              String name = layer.quantized().name();
              if (layers.contains(name)) {
                rounding.round(layer);
                rounded.put(name, layer.quantized().weights());
              }
            });
    return rounded;
  }

  private Batches batches() {
    if (batches == null) {
      batches = Batches.of(calibration);
    }
    return batches;
  }
}
