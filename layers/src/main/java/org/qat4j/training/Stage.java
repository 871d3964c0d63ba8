package org.qat4j.training;

import java.util.List;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.Layer;

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

  /** Name of what feeds it, where that is one thing. */
  String input() {
    return inputs.get(0);
  }

  /** The same place with another layer in it. */
  Stage with(Layer other) {
    return new Stage(name, index, other, preprocessor, inputs);
  }

  /** Where and what, for messages. */
  String describe() {
    return "layer '" + name + "' (index " + index + ", " + layer.getClass().getSimpleName() + ")";
  }
}
