package org.qat4j.training.forms;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.qat4j.training.network.Stage;

/**
 * How many channels or features each tensor of a network has, as far as its configuration says:
 * Deeplearning4j forgets the shapes that it was built for.
 */
final class Widths {
  static final long UNKNOWN = 0;

  private final Map<String, Long> widths = new HashMap<>();

  private Widths() {}

  /**
   * Checks what is merged.
   *
   * @param original layers in execution order
   * @throws UnsupportedLayerException if a sum would have to broadcast
   */
  static void requireMergeable(List<Stage> original) {
    Widths widths = new Widths();
    for (Stage stage : original) {
      widths.widths.put(stage.name(), Forms.of(stage).width(stage, widths));
    }
  }

  static boolean isKnown(long width) {
    return width != UNKNOWN;
  }

  long of(String tensor) {
    return widths.getOrDefault(tensor, UNKNOWN);
  }

  /** Of a layer that says what it takes and gives. */
  long trained(Stage stage, FeedForwardLayer layer) {
    // What reads a network's input first says how wide it is.
    if (stage.preprocessor() == null) {
      widths.putIfAbsent(stage.input(), layer.getNIn());
    }
    return layer.getNOut();
  }

  /** Of a layer that gives as many as it takes. */
  long passed(Stage stage) {
    InputPreProcessor preprocessor = stage.preprocessor();
    if (preprocessor instanceof CnnToFeedForwardPreProcessor flat) {
      return flat.getNumChannels() * flat.getInputHeight() * flat.getInputWidth();
    }
    if (preprocessor instanceof FeedForwardToCnnPreProcessor images) {
      return images.getNumChannels();
    }
    return preprocessor == null ? of(stage.input()) : UNKNOWN;
  }
}
