package org.qat4j.training.forms;

import java.io.Serializable;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.qat4j.training.network.Stage;

/**
 * What becomes of one kind of Deeplearning4j layer or vertex in a prepared network.
 *
 * @param <L> Deeplearning4j's configuration of it
 */
abstract class Form<L> {
  private final Class<L> type;

  Form(Class<L> type) {
    this.type = type;
  }

  final Class<L> type() {
    return type;
  }

  /** What is supported of this kind, as refusals and docs/layers.md name it; empty for nothing. */
  List<String> names() {
    return List.of(type.getSimpleName());
  }

  /**
   * Whether an original layer or vertex is of this kind. Subclasses may compute something else, so
   * by default they are not.
   */
  boolean accepts(Serializable conf) {
    return conf.getClass() == type;
  }

  final L conf(Stage stage) {
    return type.cast(stage.conf());
  }

  /** Whether its codes are the network's input or logits, which rules alone give fewer bits. */
  boolean isEnd() {
    return false;
  }

  /** How many channels or features it puts out, as far as is known. */
  long width(Stage stage, Widths widths) {
    return widths.passed(stage);
  }

  /**
   * Checks a layer and adds what becomes of it.
   *
   * @param stage the original layer, its inputs those of the prepared network
   * @throws UnsupportedLayerException if this layer cannot be quantized
   */
  abstract void prepare(Stage stage, Draft draft);

  static void requireNchw(Stage stage, CNN2DFormat format) {
    if (format != CNN2DFormat.NCHW) {
      throw new UnsupportedLayerException(
          stage, "has data format NHWC; build the network with NCHW");
    }
  }
}
