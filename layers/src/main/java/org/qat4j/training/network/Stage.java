package org.qat4j.training.network;

import java.io.Serializable;
import java.util.List;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;

/**
 * One layer of a network in a form that both kinds of Deeplearning4j network share.
 *
 * @param name unique in its network
 * @param index position for messages
 * @param conf what it computes: Deeplearning4j's configuration of a layer, or of a vertex that
 *     holds none
 * @param preprocessor what reshapes its input, or null
 * @param inputs names of the stages or network inputs that feed it
 */
public record Stage(
    String name,
    int index,
    Serializable conf,
    InputPreProcessor preprocessor,
    List<String> inputs) {

  /** This stage without the wrapper that Deeplearning4j puts around a frozen layer. */
  public Stage thawed() {
    Serializable inside = conf;
    while (inside instanceof FrozenLayer frozen) {
      inside = frozen.getLayer();
    }
    return with(inside);
  }

  /** Name of what feeds it, where that is one thing. */
  public String input() {
    return inputs.get(0);
  }

  /** Its layer, which every stage of a prepared network has. */
  public Layer layer() {
    return (Layer) conf;
  }

  /** The same place with something else in it. */
  public Stage with(Serializable other) {
    return new Stage(name, index, other, preprocessor, inputs);
  }

  /** Where and what, for messages. */
  public String describe() {
    String what = conf instanceof Layer ? "layer" : "vertex";
    return what + " '" + name + "' (index " + index + ", " + type() + ")";
  }

  /** Deeplearning4j's name of what it computes, for messages. */
  public String type() {
    String type = conf.getClass().getSimpleName();
    return conf instanceof ElementWiseVertex elementWise ? type + " " + elementWise.getOp() : type;
  }
}
