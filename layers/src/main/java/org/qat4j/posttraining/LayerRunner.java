package org.qat4j.posttraining;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.layers.LinearBlock;
import org.qat4j.layers.Quantization;
import org.qat4j.layers.QuantizingConf;
import org.qat4j.layers.QuantizingLayer;
import org.qat4j.training.network.NetworkView;
import org.qat4j.training.network.Stage;

/**
 * Runs the layers of a prepared network one by one, each in codes or in floating point. A loss
 * layer at the end is left out: the network's output is what comes into it.
 */
final class LayerRunner {
  private final List<Stage> stages;
  private final Map<String, Layer> layers;

  LayerRunner(NetworkView<?> prepared) {
    List<Stage> all = prepared.stages().stream().map(Stage::thawed).toList();
    Stage last = all.get(all.size() - 1);
    stages = last.conf() instanceof LossLayer ? all.subList(0, all.size() - 1) : all;
    layers = prepared.layers();
    if (stages.stream().noneMatch(this::quantizes)) {
      throw new IllegalArgumentException(
          "no layer of this network has codes, but "
              + all.stream().map(Stage::name).toList()
              + ": give the network that Qat.calibrate or Qat.prepare made of it; recurrent"
              + " networks have none");
    }
  }

  /** In execution order. */
  List<Stage> stages() {
    return stages;
  }

  /** Name of the stage whose output is the network's, before the loss. */
  String output() {
    return stages.get(stages.size() - 1).name();
  }

  /** What the stages put out, by name, all in codes or all in floating point. */
  Map<String, INDArray> runAll(boolean inCodes, INDArray features) {
    Map<String, INDArray> all = new HashMap<>();
    for (Stage stage : stages) {
      all.put(stage.name(), run(stage, inCodes, features, all));
    }
    return all;
  }

  /** Whether a stage has codes of its own. */
  boolean quantizes(Stage stage) {
    return layers.get(stage.name()) instanceof QuantizingLayer<?>;
  }

  /** Whether a stage is a convolution or dense layer. */
  boolean isBlock(Stage stage) {
    return layers.get(stage.name()) instanceof LinearBlock;
  }

  LinearBlock block(Stage stage) {
    return block(stage.name());
  }

  boolean isBlock(String name) {
    return layers.get(name) instanceof LinearBlock;
  }

  LinearBlock block(String name) {
    return (LinearBlock) layers.get(name);
  }

  /** How a stage with codes of its own is quantized. */
  Quantization quantization(String name) {
    return stages.stream()
        .filter(stage -> stage.name().equals(name))
        .map(stage -> ((QuantizingConf) stage.conf()).getQuantization())
        .findFirst()
        .orElseThrow();
  }

  /**
   * Inference of one stage.
   *
   * @param features the network's input
   * @param known what the stages before it put out, by name
   */
  INDArray run(Stage stage, boolean inCodes, INDArray features, Map<String, INDArray> known) {
    INDArray[] inputs =
        stage.inputs().stream()
            .map(input -> arrival(stage, known.getOrDefault(input, features)))
            .toArray(INDArray[]::new);
    Layer layer = layers.get(stage.name());
    return layer instanceof QuantizingLayer<?> quantizing
        ? quantizing.infer(inCodes, inputs)
        : layer.activate(inputs[0], false, LayerWorkspaceMgr.noWorkspaces());
  }

  /** What comes into the network behind the preprocessor that stands before it. */
  INDArray networkInput(INDArray features) {
    return arrival(stages.get(0), features);
  }

  /** What comes into a stage behind its preprocessor. */
  INDArray arrival(Stage stage, INDArray input) {
    return stage.preprocessor() == null
        ? input
        : stage
            .preprocessor()
            .preProcess(input, Math.toIntExact(input.size(0)), LayerWorkspaceMgr.noWorkspaces());
  }
}
