package org.qat4j.training;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.qat4j.layers.QuantizedMerge;

/**
 * How many channels or features each tensor of a network has, as far as its configuration says:
 * Deeplearning4j forgets the shapes that it was built for.
 */
final class Widths {
  private static final long UNKNOWN = 0;

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
      widths.widths.put(stage.name(), widths.of(stage));
    }
  }

  private long of(Stage stage) {
    if (stage.layer() instanceof QuantizedMerge merge) {
      return merge.getKind() == QuantizedMerge.Kind.SUM ? sum(stage) : concatenation(stage);
    }
    if (stage.layer() instanceof FeedForwardLayer layer && !(layer instanceof DropoutLayer)) {
      // What reads a network's input first says how wide it is.
      if (stage.preprocessor() == null) {
        widths.putIfAbsent(stage.input(), layer.getNIn());
      }
      return layer.getNOut();
    }
    return reshaped(stage.preprocessor(), width(stage.input()));
  }

  private long width(String tensor) {
    return widths.getOrDefault(tensor, UNKNOWN);
  }

  private long sum(Stage stage) {
    long first = width(stage.inputs().get(0));
    long second = width(stage.inputs().get(1));
    if (first != UNKNOWN && second != UNKNOWN && first != second) {
      throw new UnsupportedLayerException(
          stage,
          "adds '"
              + stage.inputs().get(0)
              + "' with "
              + first
              + " channels or features and '"
              + stage.inputs().get(1)
              + "' with "
              + second
              + ", and codes are added without broadcasting; give both the same shape");
    }
    return Math.max(first, second);
  }

  private long concatenation(Stage stage) {
    List<Long> all = stage.inputs().stream().map(this::width).toList();
    return all.contains(UNKNOWN) ? UNKNOWN : all.stream().mapToLong(Long::longValue).sum();
  }

  private static long reshaped(InputPreProcessor preprocessor, long width) {
    if (preprocessor instanceof CnnToFeedForwardPreProcessor flat) {
      return flat.getNumChannels() * flat.getInputHeight() * flat.getInputWidth();
    }
    if (preprocessor instanceof FeedForwardToCnnPreProcessor images) {
      return images.getNumChannels();
    }
    return preprocessor == null ? width : UNKNOWN;
  }
}
