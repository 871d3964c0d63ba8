package org.qat4j.training;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.int8.Int8Model;

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
   * <p>Until it has been fitted, the prepared network computes what the original computes.
   *
   * @throws UnsupportedLayerException if a layer cannot be quantized, naming it, its index and
   *     class and what to do
   */
  public static MultiLayerNetwork prepare(MultiLayerNetwork network, QatConfig config) {
    requireInitialized(network.isInitCalled());
    List<Prepared> prepared =
        Fusion.fuse(MultiLayerNetworks.stages(network), MultiLayerNetworks.INPUT, config);
    MultiLayerNetwork result = MultiLayerNetworks.build(network, prepared);
    Layer[] originals = network.getLayers();
    Map<String, Layer> byName = new HashMap<>();
    MultiLayerNetworks.stages(network)
        .forEach(stage -> byName.put(stage.name(), originals[stage.index()]));
    for (int i = 0; i < prepared.size(); i++) {
      copyParameters(prepared.get(i), byName, result.getLayer(i));
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
    requireInitialized(network.getVertices() != null);
    List<Stage> stages = ComputationGraphs.stages(network);
    List<Prepared> prepared = Fusion.fuse(stages, ComputationGraphs.input(network), config);
    ComputationGraph result = ComputationGraphs.build(network, prepared);
    Map<String, Layer> byName =
        stages.stream()
            .map(Stage::name)
            .filter(name -> network.getVertex(name).hasLayer())
            .collect(Collectors.toMap(name -> name, network::getLayer));
    for (Prepared next : prepared) {
      copyParameters(next, byName, result.getLayer(next.stage().name()));
    }
    return result;
  }

  /**
   * The INT8 model of a prepared network: the same codes in every layer as the network's own
   * inference.
   *
   * @throws IllegalArgumentException if the network was not prepared
   * @throws IllegalStateException if it was not fitted, so that ranges are unknown
   */
  public static Int8Model convert(MultiLayerNetwork prepared) {
    return Conversion.convert(
        MultiLayerNetworks.stages(prepared), stage -> prepared.getLayer(stage.index()));
  }

  /** As {@link #convert(MultiLayerNetwork)}. */
  public static Int8Model convert(ComputationGraph prepared) {
    return Conversion.convert(
        ComputationGraphs.stages(prepared), stage -> prepared.getLayer(stage.name()));
  }

  /** What preparation made of each layer, in execution order. */
  public static List<LayerSummary> summarize(MultiLayerNetwork prepared) {
    return Summaries.of(MultiLayerNetworks.stages(prepared));
  }

  /** As {@link #summarize(MultiLayerNetwork)}. */
  public static List<LayerSummary> summarize(ComputationGraph prepared) {
    return Summaries.of(ComputationGraphs.stages(prepared));
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
