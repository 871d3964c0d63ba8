package org.qat4j.posttraining;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.layers.LinearBlock;
import org.qat4j.training.network.Stage;

/**
 * Changes the convolution and dense layers of a calibrated network one after the other, each with
 * what comes in while the layers before it are quantized and changed already.
 */
final class LayerByLayer {
  private final LayerRunner real;
  private final LayerRunner quantized;

  /**
   * @param real gives what the layers should put out; run in floating point
   * @param quantized a copy, to be changed
   */
  LayerByLayer(LayerRunner real, LayerRunner quantized) {
    this.real = real;
    this.quantized = quantized;
  }

  /** What is known of one layer. Lists have an element for each batch. */
  record Case(
      LinearBlock real,
      LinearBlock quantized,
      List<INDArray> realInputs,
      List<INDArray> quantizedInputs,
      List<INDArray> realOutputs) {}

  /** Changes one layer. */
  interface Adjustment {
    /** Changes {@link Case#quantized}. */
    void adjust(Case layer);
  }

  /**
   * Runs through the network.
   *
   * @param batches the network's inputs
   */
  void run(List<INDArray> batches, Adjustment adjustment) {
    Map<String, List<INDArray>> realTensors = new HashMap<>();
    Map<String, List<INDArray>> quantizedTensors = new HashMap<>();
    Map<String, String> lastReaders = lastReaders();
    for (Stage stage : quantized.stages()) {
      List<INDArray> realOutputs = outputs(real, false, stage, batches, realTensors);
      if (quantized.isBlock(stage)) {
        adjustment.adjust(
            new Case(
                real.block(stage),
                quantized.block(stage),
                arrivals(stage, batches, realTensors),
                arrivals(stage, batches, quantizedTensors),
                realOutputs));
      }
      quantizedTensors.put(
          stage.name(), outputs(quantized, true, stage, batches, quantizedTensors));
      realTensors.put(stage.name(), realOutputs);
      for (String input : stage.inputs()) {
        if (stage.name().equals(lastReaders.get(input))) {
          realTensors.remove(input);
          quantizedTensors.remove(input);
        }
      }
    }
  }

  private Map<String, String> lastReaders() {
    Map<String, String> last = new HashMap<>();
    quantized.stages().forEach(stage -> stage.inputs().forEach(i -> last.put(i, stage.name())));
    return last;
  }

  private static List<INDArray> outputs(
      LayerRunner runner,
      boolean inCodes,
      Stage stage,
      List<INDArray> batches,
      Map<String, List<INDArray>> tensors) {
    List<INDArray> outputs = new ArrayList<>();
    for (int batch = 0; batch < batches.size(); batch++) {
      Map<String, INDArray> known = new HashMap<>();
      for (String input : stage.inputs()) {
        if (tensors.containsKey(input)) {
          known.put(input, tensors.get(input).get(batch));
        }
      }
      outputs.add(runner.run(stage, inCodes, batches.get(batch), known));
    }
    return outputs;
  }

  private List<INDArray> arrivals(
      Stage stage, List<INDArray> batches, Map<String, List<INDArray>> tensors) {
    return tensors.getOrDefault(stage.input(), batches).stream()
        .map(input -> quantized.arrival(stage, input))
        .toList();
  }
}
