package org.qat4j.training;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.layers.QuantizingLayer;
import org.qat4j.layers.Schedule;
import org.qat4j.pruning.FilterPruning;
import org.qat4j.training.calibration.ActivationStatistics;
import org.qat4j.training.calibration.Calibrator;
import org.qat4j.training.calibration.Features;
import org.qat4j.training.dynamic.DynamicConfig;
import org.qat4j.training.dynamic.DynamicQuantization;
import org.qat4j.training.filters.Surgery;
import org.qat4j.training.forms.Fusion;
import org.qat4j.training.forms.Prepared;
import org.qat4j.training.forms.RecurrentPlan;
import org.qat4j.training.forms.UnsupportedLayerException;
import org.qat4j.training.network.NetworkView;
import org.qat4j.training.network.Stage;

/**
 * Quantization-aware training of a Deeplearning4j network: prepare it, {@code fit} it, convert it.
 *
 * <pre>{@code
 * MultiLayerNetwork qat = Qat.prepare(network, QatConfig.int8());
 * qat.fit(trainingData, 2);
 * Qat.convert(qat).save(Path.of("model.onnx"));
 * }</pre>
 */
public final class Qat {
  private Qat() {}

  /**
   * A new network with the same parameters, ready for quantization-aware training. The original is
   * not changed.
   *
   * <p>Until it has been fitted, the prepared network computes what the original computes, but for
   * weights that are pruned before the first iteration. The two share nothing that training
   * changes. Iterations and epochs count from 0 again, so that schedules of learning rates start
   * over: set a rate for fine-tuning, often a tenth of the last one. Listeners are not taken over.
   *
   * <p>Of a recurrent network, one with layers that step through sequences, the activations stay
   * real: the configuration says how its weights are rounded, if at all, and {@link #convert} takes
   * it not.
   *
   * @throws UnsupportedLayerException if a layer cannot be quantized, naming it, its index and
   *     class and what to do
   */
  public static MultiLayerNetwork prepare(MultiLayerNetwork network, QatConfig config) {
    return prepare(NetworkView.of(network), config).network();
  }

  /**
   * As {@link #prepare(MultiLayerNetwork, QatConfig)}, for a graph with one input and one output.
   *
   * @throws UnsupportedLayerException if a layer cannot be quantized
   * @throws IllegalArgumentException if a vertex does not hold a layer
   */
  public static ComputationGraph prepare(ComputationGraph network, QatConfig config) {
    return prepare(NetworkView.of(network), config).network();
  }

  /**
   * As {@link #prepare(MultiLayerNetwork, QatConfig)}, for either kind of network.
   *
   * @throws UnsupportedLayerException if a layer cannot be quantized
   * @throws IllegalArgumentException if a vertex does not hold a layer
   */
  public static <N extends Model> NetworkView<N> prepare(
      NetworkView<N> original, QatConfig config) {
    Objects.requireNonNull(config, "config");
    requireInitialized(original, "prepare");
    List<Prepared> plan = Fusion.fuse(original.stages());
    if (RecurrentPlan.isRecurrent(original.stages())) {
      RecurrentRules.apply(config, plan);
    } else {
      Rules.apply(config, plan);
    }
    NetworkView<N> prepared = original.build(plan.stream().map(Prepared::stage).toList());
    Parameters.prepare(plan, original.layers(), prepared.layers());
    prepared.layers().values().stream()
        .filter(QuantizingLayer.class::isInstance)
        .forEach(layer -> ((QuantizingLayer<?>) layer).startPruning());
    return prepared;
  }

  /**
   * Quantization without training: as {@link #prepare}, with ranges chosen from data, so that the
   * network can be converted at once. Some hundred images are enough. {@code fit} goes on from
   * these ranges.
   *
   * <p>Of each output the float network's values are observed, fused as preparation fuses and with
   * the running statistics of batch normalization. An observed range is what its estimator chooses
   * from all of them; {@code minMax} joins the batches' extremes as {@link QatConfig#calibration}
   * says. Learned scales, of weights too, start where the squared error is smallest; other weights
   * become codes as their scheme says.
   *
   * @param network not modified
   * @param data labels are not needed. Read from where the iterator stands, or from its start if it
   *     is at its end
   * @throws IllegalArgumentException if there are no images, they differ in shape, or they make
   *     some value NaN or infinite, naming the image; if the configuration never rounds
   * @throws UnsupportedLayerException if a layer cannot be quantized
   */
  public static MultiLayerNetwork calibrate(
      MultiLayerNetwork network, DataSetIterator data, QatConfig config) {
    return calibrate(NetworkView.of(network), Features.of(data), config);
  }

  /** As {@link #calibrate(MultiLayerNetwork, DataSetIterator, QatConfig)}. */
  public static ComputationGraph calibrate(
      ComputationGraph network, DataSetIterator data, QatConfig config) {
    return calibrate(NetworkView.of(network), Features.of(data), config);
  }

  /** As {@link #calibrate(MultiLayerNetwork, DataSetIterator, QatConfig)}. */
  public static ComputationGraph calibrate(
      ComputationGraph network, MultiDataSetIterator data, QatConfig config) {
    return calibrate(NetworkView.of(network), Features.of(data), config);
  }

  private static <N extends Model> N calibrate(
      NetworkView<N> network, Iterator<INDArray> data, QatConfig config) {
    // Not after all data was run through the network.
    requireRounding(config);
    return calibrate(network, observe(network, data), config).network();
  }

  /**
   * The first half of {@link #calibrate(MultiLayerNetwork, DataSetIterator, QatConfig)}: what a
   * part of the data makes of the float network's activations. Parts can be observed at the same
   * time, and merged in their order.
   *
   * @param network not modified
   * @param data as for {@code calibrate}
   */
  public static ActivationStatistics observe(MultiLayerNetwork network, DataSetIterator data) {
    return observe(NetworkView.of(network), Features.of(data));
  }

  /** As {@link #observe(MultiLayerNetwork, DataSetIterator)}. */
  public static ActivationStatistics observe(ComputationGraph network, DataSetIterator data) {
    return observe(NetworkView.of(network), Features.of(data));
  }

  /** As {@link #observe(MultiLayerNetwork, DataSetIterator)}. */
  public static ActivationStatistics observe(ComputationGraph network, MultiDataSetIterator data) {
    return observe(NetworkView.of(network), Features.of(data));
  }

  /** As {@link #observe(MultiLayerNetwork, DataSetIterator)}, for either kind of network. */
  public static ActivationStatistics observe(NetworkView<?> network, DataSetIterator data) {
    return observe(network, Features.of(data));
  }

  private static ActivationStatistics observe(NetworkView<?> network, Iterator<INDArray> data) {
    if (RecurrentPlan.isRecurrent(network.stages())) {
      throw new IllegalArgumentException(
          "this network is recurrent: its activations get their codes while it runs, so it has no"
              + " ranges to calibrate; use Qat.quantizeDynamic");
    }
    return Calibrator.observe(prepare(network, QatConfig.floatingPoint()), data);
  }

  /**
   * The second half of {@link #calibrate(MultiLayerNetwork, DataSetIterator, QatConfig)}, as often
   * as there are configurations to try.
   *
   * @param network the observed one, not modified
   * @throws IllegalArgumentException if something else was observed, or the configuration never
   *     rounds
   */
  public static MultiLayerNetwork calibrate(
      MultiLayerNetwork network, ActivationStatistics seen, QatConfig config) {
    return calibrate(NetworkView.of(network), seen, config).network();
  }

  /** As {@link #calibrate(MultiLayerNetwork, ActivationStatistics, QatConfig)}. */
  public static ComputationGraph calibrate(
      ComputationGraph network, ActivationStatistics seen, QatConfig config) {
    return calibrate(NetworkView.of(network), seen, config).network();
  }

  /** As {@link #calibrate(MultiLayerNetwork, ActivationStatistics, QatConfig)}, for either kind. */
  public static <N extends Model> NetworkView<N> calibrate(
      NetworkView<N> network, ActivationStatistics seen, QatConfig config) {
    requireRounding(config);
    NetworkView<N> prepared = prepare(network, config);
    seen.applyTo(prepared, config.calibration());
    return prepared;
  }

  private static void requireRounding(QatConfig config) {
    if (config.quantization().schedule().quantizeFrom() == Schedule.NEVER) {
      throw new IllegalArgumentException(
          "this configuration trains in floating point, so there are no ranges to calibrate: give"
              + " Qat.calibrate another one");
    }
  }

  /**
   * The way back: a copy of the original network with the parameters of the prepared one. It
   * computes in floating point what the prepared network was trained to do, without any rounding.
   *
   * <p>A network that is prepared with {@link QatConfig#floatingPoint()} trains in floating point,
   * much faster than its original; this gives the trained original. Schemes that transform weights
   * before they round them (DoReFa's tanh, binary and ternary magnitudes) leave parameters that
   * only make sense behind that transformation, so restored ones compute something else.
   *
   * @param prepared not modified
   * @param original what it was prepared from, or a network of the same layers; not modified
   * @throws IllegalArgumentException if the prepared network lacks a parameter of the original, or
   *     has one of another shape, naming layer and parameter
   */
  public static MultiLayerNetwork restore(MultiLayerNetwork prepared, MultiLayerNetwork original) {
    return restore(NetworkView.of(prepared), NetworkView.of(original)).network();
  }

  /** As {@link #restore(MultiLayerNetwork, MultiLayerNetwork)}. */
  public static ComputationGraph restore(ComputationGraph prepared, ComputationGraph original) {
    return restore(NetworkView.of(prepared), NetworkView.of(original)).network();
  }

  /** As {@link #restore(MultiLayerNetwork, MultiLayerNetwork)}, for either kind of network. */
  public static <N extends Model> NetworkView<N> restore(
      NetworkView<?> prepared, NetworkView<N> original) {
    requireInitialized(original, "restore");
    // The plan depends on the original alone, so it is that of the preparation.
    List<Stage> stages = original.stages();
    if (isPrepared(stages) && !isPrepared(prepared.stages())) {
      throw new IllegalArgumentException(
          "the arguments are swapped: Qat.restore takes the prepared network first, then its original");
    }
    NetworkView<N> restored = original.copy();
    Parameters.restore(Fusion.fuse(stages), prepared.layers(), restored.layers());
    return restored;
  }

  /**
   * The INT8 model of a prepared network: the same codes in every layer as the network's own
   * inference.
   *
   * @throws IllegalArgumentException if the network was not prepared
   * @throws IllegalStateException if it was not fitted, so that ranges are unknown
   */
  public static QuantizedModel convert(MultiLayerNetwork prepared) {
    return convert(NetworkView.of(prepared));
  }

  /** As {@link #convert(MultiLayerNetwork)}. */
  public static QuantizedModel convert(ComputationGraph prepared) {
    return convert(NetworkView.of(prepared));
  }

  /** As {@link #convert(MultiLayerNetwork)}, for either kind of network. */
  public static QuantizedModel convert(NetworkView<?> prepared) {
    List<Stage> stages = preparedStages(prepared);
    if (RecurrentPlan.isRecurrent(stages)) {
      throw new IllegalArgumentException(
          "this network is recurrent: its activations stay real in training, so it has no static"
              + " integer form; Qat.restore gives the ordinary network back, for"
              + " Qat.quantizeDynamic");
    }
    return Conversion.convert(stages, prepared.layers());
  }

  /**
   * Dynamic quantization, for networks of recurrent, embedding and dense layers: a model with 8-bit
   * weights whose activations get their codes while it runs, straight from the trained network.
   *
   * <p>The model reads {@code [batch, time, features]}, words as {@code [batch, time, 1]} places in
   * the vocabulary, whatever the network's data format, and gives {@code [batch, time, outputs]};
   * networks without recurrent layers read and give {@code [batch, features]}. A session of it
   * keeps the state of recurrent layers from one call to the next, until {@code resetState()}.
   *
   * @param network not modified; one that was prepared and trained gives the codes that its weights
   *     had in training
   * @throws UnsupportedLayerException if a layer cannot be quantized so, naming it and the reason
   */
  public static QuantizedModel quantizeDynamic(MultiLayerNetwork network) {
    return quantizeDynamic(network, DynamicConfig.int8());
  }

  /** As {@link #quantizeDynamic(MultiLayerNetwork)}, with other settings, or none quantized. */
  public static QuantizedModel quantizeDynamic(MultiLayerNetwork network, DynamicConfig config) {
    return quantizeDynamic(NetworkView.of(network), config);
  }

  /** As {@link #quantizeDynamic(MultiLayerNetwork)}, for a graph with one input and one output. */
  public static QuantizedModel quantizeDynamic(ComputationGraph network) {
    return quantizeDynamic(network, DynamicConfig.int8());
  }

  /** As {@link #quantizeDynamic(MultiLayerNetwork, DynamicConfig)}. */
  public static QuantizedModel quantizeDynamic(ComputationGraph network, DynamicConfig config) {
    return quantizeDynamic(NetworkView.of(network), config);
  }

  /** As {@link #quantizeDynamic(MultiLayerNetwork, DynamicConfig)}, for either kind of network. */
  public static QuantizedModel quantizeDynamic(NetworkView<?> network, DynamicConfig config) {
    Objects.requireNonNull(config, "config");
    requireInitialized(network, "quantizeDynamic");
    if (isPreparedForImages(network.stages())) {
      throw new IllegalArgumentException(
          "this network is a prepared one: Qat.restore gives the ordinary network back, for"
              + " Qat.quantizeDynamic");
    }
    return new QuantizedModel(DynamicQuantization.of(network, config));
  }

  /**
   * What preparation made of each layer, in execution order, and which kernels train it here.
   *
   * @throws IllegalArgumentException if the network was not prepared, or holds a layer that
   *     preparation does not make
   */
  public static List<LayerSummary> summarize(MultiLayerNetwork prepared) {
    return summarize(NetworkView.of(prepared));
  }

  /** As {@link #summarize(MultiLayerNetwork)}. */
  public static List<LayerSummary> summarize(ComputationGraph prepared) {
    return summarize(NetworkView.of(prepared));
  }

  /** As {@link #summarize(MultiLayerNetwork)}, for either kind of network. */
  public static List<LayerSummary> summarize(NetworkView<?> prepared) {
    return Summaries.of(preparedStages(prepared), prepared.layers());
  }

  private static List<Stage> preparedStages(NetworkView<?> network) {
    List<Stage> stages = network.stages().stream().map(Stage::thawed).toList();
    if (!isPrepared(stages)) {
      throw new IllegalArgumentException(
          "this network was not prepared: convert or summarize what Qat.prepare returned");
    }
    return stages;
  }

  private static boolean isPrepared(List<Stage> stages) {
    return RecurrentPlan.isPrepared(stages) || isPreparedForImages(stages);
  }

  private static boolean isPreparedForImages(List<Stage> stages) {
    return !stages.isEmpty() && stages.get(0).thawed().conf() instanceof InputQuantizer;
  }

  /**
   * A smaller ordinary network without the filters of the smallest L1 norm (Li et al. 2017,
   * arXiv:1608.08710): fewer output channels and outputs of convolutions and dense layers, and
   * fewer weights in all that reads them. Fine-tune it before or while it is quantized.
   *
   * <p>It computes what the original computes whose removed filters give 0 behind their activation.
   * It trains from iteration 0, with the original's settings, without listeners and with new
   * updater state: momentum of other shapes is of no use.
   *
   * @param network an ordinary one, not modified
   * @throws IllegalArgumentException if what reads the filters of a layer cannot be followed,
   *     naming both, or a rule is about no layer
   */
  public static MultiLayerNetwork removeFilters(MultiLayerNetwork network, FilterPruning pruning) {
    return removeFilters(NetworkView.of(network), pruning).network();
  }

  /** As {@link #removeFilters(MultiLayerNetwork, FilterPruning)}. */
  public static ComputationGraph removeFilters(ComputationGraph network, FilterPruning pruning) {
    return removeFilters(NetworkView.of(network), pruning).network();
  }

  /** As {@link #removeFilters(MultiLayerNetwork, FilterPruning)}, for either kind of network. */
  public static <N extends Model> NetworkView<N> removeFilters(
      NetworkView<N> network, FilterPruning pruning) {
    Objects.requireNonNull(pruning, "pruning");
    requireInitialized(network, "removeFilters");
    if (isPrepared(network.stages())) {
      throw new IllegalArgumentException(
          "this network was prepared already: remove filters first, then prepare what is left");
    }
    return Surgery.remove(network, pruning);
  }

  private static void requireInitialized(NetworkView<?> network, String before) {
    if (!network.isInitialized()) {
      throw new IllegalArgumentException(
          "the network has no parameters yet: call init() before Qat." + before);
    }
  }
}
