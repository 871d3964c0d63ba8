package org.qat4j.training;

import java.util.Collection;
import java.util.List;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.layers.QuantizedMerge;

/**
 * One layer of a network in a form that both kinds of Deeplearning4j network share.
 *
 * @param name unique in its network
 * @param index position for messages
 * @param preprocessor what reshapes its input, or null
 * @param inputs names of the stages or network inputs that feed it
 */
record Stage(
    String name, int index, Layer layer, InputPreProcessor preprocessor, List<String> inputs) {

  /**
   * The first stage of a prepared network.
   *
   * @throws IllegalArgumentException if the network was not prepared
   */
  static InputQuantizer inputQuantizer(List<Stage> stages) {
    if (stages.isEmpty() || !(stages.get(0).layer() instanceof InputQuantizer quantizer)) {
      throw new IllegalArgumentException(
          "this network was not prepared: convert or summarize what Qat.prepare returned");
    }
    return quantizer;
  }

  /** This stage without the wrapper that Deeplearning4j puts around a frozen layer. */
  Stage thawed() {
    Layer inside = layer;
    while (inside instanceof FrozenLayer frozen) {
      inside = frozen.getLayer();
    }
    return new Stage(name, index, inside, preprocessor, inputs);
  }

  /** The running layer inside a frozen one. */
  static org.deeplearning4j.nn.api.Layer thawed(org.deeplearning4j.nn.api.Layer layer) {
    return layer instanceof org.deeplearning4j.nn.layers.FrozenLayer frozen
        ? thawed(frozen.getInsideLayer())
        : layer;
  }

  /** Name of what feeds it, where that is one thing. */
  String input() {
    return inputs.get(0);
  }

  /** The same place with another layer in it. */
  Stage with(Layer other) {
    return new Stage(name, index, other, preprocessor, inputs);
  }

  /** The wanted name, with {@code _} behind it until it is none of those taken. */
  static String freeName(String wanted, Collection<String> taken) {
    String name = wanted;
    while (taken.contains(name)) {
      name += "_";
    }
    return name;
  }

  /** Where and what, for messages. */
  String describe() {
    return layer instanceof QuantizedMerge merge
        ? describe("vertex", merge.getKind().vertex())
        : describe("layer", layer.getClass().getSimpleName());
  }

  private String describe(String what, String type) {
    return what + " '" + name + "' (index " + index + ", " + type + ")";
  }
}
