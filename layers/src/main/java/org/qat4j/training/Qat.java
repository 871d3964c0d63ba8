package org.qat4j.training;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.layers.KernelUser;

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
    Objects.requireNonNull(network, "network");
    requireInitialized(network.isInitCalled());
    List<Prepared> prepared = Fusion.fuse(MultiLayerNetworks.stages(network), config);
    MultiLayerNetwork result = MultiLayerNetworks.build(network, prepared);
    Map<String, Layer> originals = MultiLayerNetworks.layers(network);
    for (int i = 0; i < prepared.size(); i++) {
      copyParameters(prepared.get(i), originals, result.getLayer(i));
    }
    return result;
  }

  /**
   * As {@link #prepare(MultiLayerNetwork, QatConfig)}, for a graph with one input and one output.
   *
   * @throws UnsupportedLayerException if a layer cannot be quantized
   * @throws IllegalArgumentException if a vertex does not hold a layer
   */
  public static ComputationGraph prepare(ComputationGraph network, QatConfig config) {
    Objects.requireNonNull(network, "network");
    requireInitialized(network.getVertices() != null);
    List<Prepared> prepared = Fusion.fuse(ComputationGraphs.stages(network), config);
    ComputationGraph result = ComputationGraphs.build(network, prepared);
    Map<String, Layer> originals = ComputationGraphs.layers(network);
    for (Prepared next : prepared) {
      copyParameters(next, originals, result.getLayer(next.stage().name()));
    }
    return result;
  }

  /**
   * The way back: a copy of the original network with the parameters of the prepared one. It
   * computes in floating point what the prepared network was trained to do, without any rounding.
   *
   * <p>A network that is prepared with a {@link org.qat4j.layers.Schedule} that never quantizes
   * trains in floating point, much faster than its original; this gives the trained original.
   *
   * @param prepared not modified
   * @param original what it was prepared from, or a network of the same layers; not modified
   * @throws IllegalArgumentException if the prepared network lacks a parameter of the original, or
   *     has one of another shape, naming layer and parameter
   */
  public static MultiLayerNetwork restore(MultiLayerNetwork prepared, MultiLayerNetwork original) {
    requireInitialized(original.isInitCalled());
    MultiLayerNetwork result = MultiLayerNetworks.copy(original);
    Restoring.parameters(
        Fusion.fuse(MultiLayerNetworks.stages(original), QatConfig.floatingPoint()),
        MultiLayerNetworks.layers(prepared),
        MultiLayerNetworks.layers(result));
    return result;
  }

  /** As {@link #restore(MultiLayerNetwork, MultiLayerNetwork)}. */
  public static ComputationGraph restore(ComputationGraph prepared, ComputationGraph original) {
    requireInitialized(original.getVertices() != null);
    ComputationGraph result = ComputationGraphs.copy(original);
    Restoring.parameters(
        Fusion.fuse(ComputationGraphs.stages(original), QatConfig.floatingPoint()),
        ComputationGraphs.layers(prepared),
        ComputationGraphs.layers(result));
    return result;
  }

  /**
   * The INT8 model of a prepared network: the same codes in every layer as the network's own
   * inference.
   *
   * @throws IllegalArgumentException if the network was not prepared
   * @throws IllegalStateException if it was not fitted, so that ranges are unknown
   */
  public static QuantizedModel convert(MultiLayerNetwork prepared) {
    return Conversion.convert(
        thawed(MultiLayerNetworks.stages(prepared)),
        stage -> Stage.thawed(prepared.getLayer(stage.index())));
  }

  /** As {@link #convert(MultiLayerNetwork)}. */
  public static QuantizedModel convert(ComputationGraph prepared) {
    return Conversion.convert(
        thawed(ComputationGraphs.stages(prepared)),
        stage -> Stage.thawed(prepared.getLayer(stage.name())));
  }

  /**
   * What preparation made of each layer, in execution order, and which kernels train it here.
   *
   * @throws IllegalArgumentException if the network was not prepared
   */
  public static List<LayerSummary> summarize(MultiLayerNetwork prepared) {
    return withKernels(
        Summaries.of(thawed(MultiLayerNetworks.stages(prepared))), name -> prepared.getLayer(name));
  }

  /** As {@link #summarize(MultiLayerNetwork)}. */
  public static List<LayerSummary> summarize(ComputationGraph prepared) {
    return withKernels(
        Summaries.of(thawed(ComputationGraphs.stages(prepared))), name -> prepared.getLayer(name));
  }

  private static List<LayerSummary> withKernels(
      List<LayerSummary> summaries, Function<String, Layer> layers) {
    return summaries.stream()
        .map(
            summary ->
                Stage.thawed(layers.apply(summary.name())) instanceof KernelUser user
                    ? summary.withKernels(user.kernelFamilies())
                    : summary)
        .toList();
  }

  private static List<Stage> thawed(List<Stage> stages) {
    return stages.stream().map(Stage::thawed).toList();
  }

  private static void copyParameters(
      Prepared prepared, Map<String, Layer> originals, Layer target) {
    for (Origin origin : prepared.origins()) {
      Map<String, INDArray> table = originals.get(origin.layer()).paramTable();
      origin.parameters().apply(table).forEach((key, value) -> target.getParam(key).assign(value));
    }
  }

  private static void requireInitialized(boolean initialized) {
    if (!initialized) {
      throw new IllegalArgumentException(
          "the network has no parameters yet: call init() before Qat.prepare");
    }
  }
}
