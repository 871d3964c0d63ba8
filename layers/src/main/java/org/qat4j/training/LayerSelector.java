package org.qat4j.training;

import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.layers.Layer;

/** Which layers of a network a rule is about. */
public sealed interface LayerSelector {

  /** Whether a rule with this selector is about a layer. */
  boolean matches(Candidate layer);

  /**
   * A layer that is to be quantized.
   *
   * @param name in the original network
   * @param type of the original layer or vertex
   * @param weighted position among the layers with weights, from 0; -1 for a layer without
   * @param weightedCount how many layers have weights
   */
  record Candidate(String name, Class<?> type, int weighted, int weightedCount) {}

  /** Layers whose whole name matches a regular expression. */
  record Named(Pattern name) implements LayerSelector {
    @Override
    public boolean matches(Candidate layer) {
      return name.matcher(layer.name()).matches();
    }

    @Override
    public String toString() {
      return "name '" + name + "'";
    }
  }

  /** Layers of a class or its subclasses, as they are in the original network. */
  record OfType(Class<? extends Layer> type) implements LayerSelector {
    @Override
    public boolean matches(Candidate layer) {
      return type.isAssignableFrom(layer.type());
    }

    @Override
    public String toString() {
      return "type " + type.getSimpleName();
    }
  }

  /** The first and the last layer with weights. */
  record FirstAndLast() implements LayerSelector {
    @Override
    public boolean matches(Candidate layer) {
      return layer.weighted() == 0
          || (layer.weighted() >= 0 && layer.weighted() == layer.weightedCount() - 1);
    }

    @Override
    public String toString() {
      return "first and last";
    }
  }
}
