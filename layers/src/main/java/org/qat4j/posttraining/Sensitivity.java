package org.qat4j.posttraining;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.layers.QuantizedBlock;
import org.qat4j.layers.QuantizingConf;
import org.qat4j.training.network.NetworkView;
import org.qat4j.training.network.Stage;

/**
 * Which layers of a calibrated network hurt: its quality with one layer quantized alone, and with
 * all but that one.
 *
 * <p>A layer that is quantized runs as deployed: its inputs rounded to the codes that they come in,
 * weights and output to its own. One that is not computes in floating point with the same
 * parameters; in the midst of codes it is what deployment has for an exempt layer.
 *
 * <p>Of each batch both the float and the quantized network's activations are kept, so that for
 * each layer only those behind it are computed again.
 *
 * @param real of the float network
 * @param quantized of the whole network in codes
 * @param layers that have codes of their own, in execution order
 */
public record Sensitivity(Quality real, Quality quantized, List<OfLayer> layers) {
  public Sensitivity {
    layers = List.copyOf(layers);
  }

  /**
   * Of one layer.
   *
   * @param layer name of the prepared layer
   * @param weightBits of its weights; 32 where it is exempt, 0 where it has none
   * @param activationBits of its output
   * @param only quality with this layer quantized alone
   * @param allBut quality with all but this one quantized
   */
  public record OfLayer(
      String layer, int weightBits, int activationBits, Quality only, Quality allBut) {
    /** Noise at the network's output, where the signal is 1, with this layer quantized alone. */
    public double noise() {
      return only.sqnr().map(decibels -> Math.pow(10, -decibels / 10)).orElse(0.0);
    }
  }

  /**
   * Measures a network.
   *
   * @param calibrated with known ranges; not modified
   * @param validation labelled images, labels one-hot
   * @throws IllegalArgumentException if there are no images, their labels are of another number of
   *     classes, or they hold NaN
   * @throws IllegalStateException if ranges are not known
   */
  public static Sensitivity measure(MultiLayerNetwork calibrated, DataSetIterator validation) {
    return measure(NetworkView.of(calibrated), validation);
  }

  /** As {@link #measure(MultiLayerNetwork, DataSetIterator)}. */
  public static Sensitivity measure(ComputationGraph calibrated, DataSetIterator validation) {
    return measure(NetworkView.of(calibrated), validation);
  }

  private static Sensitivity measure(NetworkView<?> calibrated, DataSetIterator validation) {
    LayerRunner runner = new LayerRunner(calibrated);
    return measure(runner, runner, Judge.of(validation, runner), layer -> true);
  }

  /**
   * Measures some layers of a network that may have other parameters than the float network.
   *
   * @param real runs in floating point
   * @param quantized runs in codes
   */
  static Sensitivity measure(
      LayerRunner real, LayerRunner quantized, Judge judge, Predicate<String> layers) {
    return new Measurement(real, quantized, layers).run(judge);
  }

  /**
   * The layers that make most of the noise, the worst first: together with them nine tenths of what
   * all make alone.
   */
  public List<OfLayer> hurting() {
    List<OfLayer> worstFirst = new ArrayList<>(layers);
    worstFirst.sort(Comparator.comparingDouble(OfLayer::noise).reversed());
    double all = layers.stream().mapToDouble(OfLayer::noise).sum();
    double sum = 0;
    List<OfLayer> hurting = new ArrayList<>();
    for (OfLayer layer : worstFirst) {
      if (sum < 0.9 * all) {
        hurting.add(layer);
      }
      sum += layer.noise();
    }
    return hurting;
  }

  /** The sums over all batches. */
  private static final class Measurement {
    private final LayerRunner floating;
    private final LayerRunner coded;
    private final Quality.Sum real = new Quality.Sum();
    private final Quality.Sum quantized = new Quality.Sum();
    private final Map<Stage, Quality.Sum> only = new LinkedHashMap<>();
    private final Map<Stage, Quality.Sum> allBut = new HashMap<>();
    private final Map<Stage, List<Stage>> behind = new HashMap<>();

    Measurement(LayerRunner floating, LayerRunner coded, Predicate<String> layers) {
      this.floating = floating;
      this.coded = coded;
      for (Stage stage : coded.stages()) {
        if (coded.quantizes(stage) && layers.test(stage.name())) {
          only.put(stage, new Quality.Sum());
          allBut.put(stage, new Quality.Sum());
          behind.put(stage, behind(stage));
        }
      }
    }

    /** The stages that depend on one, in execution order. */
    private List<Stage> behind(Stage stage) {
      Set<String> changed = new HashSet<>(Set.of(stage.name()));
      List<Stage> behind = new ArrayList<>();
      for (Stage next : coded.stages()) {
        if (next.inputs().stream().anyMatch(changed::contains)) {
          changed.add(next.name());
          behind.add(next);
        }
      }
      return behind;
    }

    Sensitivity run(Judge judge) {
      judge.batches().forEach(this::add);
      return new Sensitivity(
          real.quality(), quantized.quality(), only.keySet().stream().map(this::ofLayer).toList());
    }

    private void add(Judge.Batch batch) {
      Map<String, INDArray> reals = floating.runAll(false, batch.features());
      Map<String, INDArray> codes = coded.runAll(true, batch.features());
      float[] wanted = output(reals);
      real.add(wanted, wanted, batch.classes());
      quantized.add(wanted, output(codes), batch.classes());
      for (Stage stage : only.keySet()) {
        only.get(stage).add(wanted, changed(stage, true, batch, reals), batch.classes());
        allBut.get(stage).add(wanted, changed(stage, false, batch, codes), batch.classes());
      }
    }

    /** The output if one stage runs otherwise than all others. */
    private float[] changed(
        Stage stage, boolean inCodes, Judge.Batch batch, Map<String, INDArray> others) {
      Map<String, INDArray> known = new HashMap<>(others);
      known.put(stage.name(), run(stage, inCodes, batch, known));
      for (Stage next : behind.get(stage)) {
        known.put(next.name(), run(next, !inCodes, batch, known));
      }
      return output(known);
    }

    private INDArray run(
        Stage stage, boolean inCodes, Judge.Batch batch, Map<String, INDArray> known) {
      return (inCodes ? coded : floating).run(stage, inCodes, batch.features(), known);
    }

    private float[] output(Map<String, INDArray> activations) {
      return Judge.floats(activations.get(coded.output()));
    }

    private OfLayer ofLayer(Stage stage) {
      QuantizingConf conf = (QuantizingConf) stage.conf();
      return new OfLayer(
          stage.name(),
          conf instanceof QuantizedBlock ? conf.getQuantization().weights().bits() : 0,
          conf.getQuantization().activations().bits(),
          only.get(stage).quality(),
          allBut.get(stage).quality());
    }
  }
}
