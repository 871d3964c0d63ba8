package org.qat4j.posttraining;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;
import org.qat4j.training.calibration.ActivationStatistics;
import org.qat4j.training.network.NetworkView;

/**
 * A float network and the data to calibrate it with. What was seen of its activations is kept, and
 * so is what was seen of the equalized network's, if there is one: no candidate changes it.
 */
final class Source<N extends Model> {
  private final NetworkView<N> original;
  private final Batches data;
  private final ActivationStatistics seen;
  private final List<Equalization.Pair> pairs;
  private NetworkView<N> equalized;
  private ActivationStatistics seenEqualized;

  Source(NetworkView<N> original, Batches data) {
    this.original = original;
    this.data = data;
    this.seen = Qat.observe(original, data.iterator());
    this.pairs = Equalization.pairs(Qat.prepare(original, QatConfig.floatingPoint()));
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
  record Made<N extends Model>(NetworkView<N> network, LayerRunner quantized, LayerRunner real) {}

  Made<N> make(Candidate candidate) {
    NetworkView<N> calibrated =
        candidate.equalized()
            ? equalized(candidate)
            : Qat.calibrate(original, seen, candidate.config());
    LayerRunner real = new LayerRunner(calibrated);
    if (candidate.rounded().isEmpty() && !candidate.biasCorrected()) {
      return new Made<>(calibrated, real, real);
    }
    NetworkView<N> changed = calibrated.copy();
    LayerRunner quantized = new LayerRunner(changed);
    candidate.rounded().forEach((layer, weights) -> quantized.block(layer).setWeights(weights));
    if (candidate.biasCorrected()) {
      new LayerByLayer(real, quantized).run(data.features(), BiasCorrection::correct);
    }
    return new Made<>(changed, quantized, real);
  }

  private NetworkView<N> equalized(Candidate candidate) {
    if (equalized == null) {
      equalized = Equalization.equalize(original);
      seenEqualized = Qat.observe(equalized, data.iterator());
    }
    return Qat.calibrate(equalized, seenEqualized, candidate.config());
  }

  /** Weights of some layers, rounded adaptively one layer after the other. */
  Map<String, double[][]> round(Made<N> made, WeightRounding rounding, Set<String> layers) {
    Map<String, double[][]> rounded = new HashMap<>();
    LayerRunner changing = new LayerRunner(made.network().copy());
    new LayerByLayer(made.real(), changing)
        .run(
            data.features(),
            layer -> {
              String name = layer.quantized().name();
              if (layers.contains(name)) {
                rounding.round(layer);
                rounded.put(name, layer.quantized().weights());
              }
            });
    return rounded;
  }
}
