package org.qat4j.training;

import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.training.dynamic.DynamicConfig;
import org.qat4j.training.dynamic.DynamicQuantization;
import org.qat4j.training.forms.Fusion;
import org.qat4j.training.forms.Prepared;
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
   * <p>Until it has been fitted, the prepared network computes what the original computes. The two
   * share nothing that training changes. Iterations and epochs count from 0 again, so that
   * schedules of learning rates start over: set a rate for fine-tuning, often a tenth of the last
   * one. Listeners are not taken over.
   *
   * @throws UnsupportedLayerException if a layer cannot be quantized, naming it, its index and
   *     class and what to do
   */
  public static MultiLayerNetwork prepare(MultiLayerNetwork network, QatConfig config) {
    return prepare(NetworkView.of(network), config);
  }

  /**
   * As {@link #prepare(MultiLayerNetwork, QatConfig)}, for a graph with one input and one output.
   *
   * @throws UnsupportedLayerException if a layer cannot be quantized
   * @throws IllegalArgumentException if a vertex does not hold a layer
   */
  public static ComputationGraph prepare(ComputationGraph network, QatConfig config) {
    return prepare(NetworkView.of(network), config);
  }

  private static <N> N prepare(NetworkView<N> original, QatConfig config) {
    Objects.requireNonNull(config, "config");
    requireInitialized(original, "Qat.prepare");
    List<Prepared> plan = Fusion.fuse(original.stages());
    Rules.apply(config, plan);
    NetworkView<N> prepared = original.build(plan.stream().map(Prepared::stage).toList());
    Parameters.prepare(plan, original.layers(), prepared.layers());
    return prepared.network();
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
    return restore(NetworkView.of(prepared), NetworkView.of(original));
  }

  /** As {@link #restore(MultiLayerNetwork, MultiLayerNetwork)}. */
  public static ComputationGraph restore(ComputationGraph prepared, ComputationGraph original) {
    return restore(NetworkView.of(prepared), NetworkView.of(original));
  }

  /** The plan depends on the original alone, so it is that of the preparation. */
  private static <N> N restore(NetworkView<N> prepared, NetworkView<N> original) {
    requireInitialized(original, "Qat.restore");
    List<Stage> stages = original.stages();
    if (isPrepared(stages) && !isPrepared(prepared.stages())) {
      throw new IllegalArgumentException(
          "the arguments are swapped: Qat.restore takes the prepared network first, then its original");
    }
    NetworkView<N> restored = original.copy();
    Parameters.restore(Fusion.fuse(stages), prepared.layers(), restored.layers());
    return restored.network();
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

  private static QuantizedModel convert(NetworkView<?> prepared) {
    return Conversion.convert(preparedStages(prepared), prepared.layers());
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
   * @param network not modified
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

  private static QuantizedModel quantizeDynamic(NetworkView<?> network, DynamicConfig config) {
    Objects.requireNonNull(config, "config");
    requireInitialized(network, "Qat.quantizeDynamic");
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

  private static List<LayerSummary> summarize(NetworkView<?> prepared) {
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
    return !stages.isEmpty() && stages.get(0).thawed().conf() instanceof InputQuantizer;
  }

  private static void requireInitialized(NetworkView<?> network, String before) {
    if (!network.isInitialized()) {
      throw new IllegalArgumentException(
          "the network has no parameters yet: call init() before " + before);
    }
  }
}
