package org.qat4j.jobs.evaluation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.cli.data.Inputs;
import org.qat4j.graph.Effect;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.jobs.network.Network;
import org.qat4j.jobs.training.Batches;
import org.qat4j.training.LayerSummary;

/**
 * Compares a prepared network's own inference with the deployed model, layer by layer and code by
 * code, and measures the codes on the way.
 */
public final class CodeComparison {
  private final Network prepared;
  private final QuantizedModel model;
  private final FloatTwin twin;
  private final List<LayerStatistics> layers = new ArrayList<>();

  /**
   * @param original what the network was prepared from
   * @param model what it was converted to, read back from its file
   */
  public CodeComparison(Network original, Network prepared, QuantizedModel model) {
    this.prepared = prepared;
    this.model = model;
    this.twin = new FloatTwin(original, prepared);
    Map<String, Tensor> tensors = new HashMap<>();
    model.graph().tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
    for (LayerSummary summary : prepared.summarize()) {
      Tensor tensor = tensors.get(summary.name());
      if (tensor != null && tensor.isCodes()) {
        layers.add(new LayerStatistics(summary, tensor));
      }
    }
    requireEveryLayer(model.graph());
  }

  /** A layer that computes and is not compared would be a hole in the proof. */
  private void requireEveryLayer(Graph graph) {
    List<String> compared = layers.stream().map(LayerStatistics::name).toList();
    graph.nodes().stream()
        .filter(node -> graph.outputOf(node).isCodes() && node.op().effect() != Effect.RESHAPES)
        .filter(node -> !compared.contains(node.output()))
        .findFirst()
        .ifPresent(
            node -> {
              throw new IllegalStateException(
                  "the model's tensor '"
                      + node.output()
                      + "' has no layer of that name in the prepared network");
            });
  }

  /**
   * Runs all images, {@code batch} at a time, and returns one row per layer that puts out codes.
   */
  public List<LayerReport> run(Inputs inputs, int batch) {
    try (InferenceSession session = InferenceSession.open(model)) {
      for (int from = 0; from < inputs.count(); from += batch) {
        compare(session, inputs, from, Math.min(from + batch, inputs.count()));
      }
    }
    return layers.stream()
        .map(layer -> layer.report(model.graph(), prepared.layer(layer.name())))
        .toList();
  }

  private void compare(InferenceSession session, Inputs inputs, int from, int to) {
    Map<String, int[]> codes = session.trace(inputs.scaled(from, to), to - from);
    INDArray features = Batches.features(inputs, from, to);
    Map<String, INDArray> activations = prepared.activations(features);
    Map<String, float[]> real = twin.activations(features);
    for (LayerStatistics layer : layers) {
      int[] deployed = codes.get(layer.name());
      layer.compare(deployed, activations.get(layer.name()).dup('c').data().asFloat());
      layer.addNoise(deployed, real.get(layer.name()));
    }
  }
}
