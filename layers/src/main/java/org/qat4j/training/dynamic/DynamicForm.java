package org.qat4j.training.dynamic;

import java.util.List;
import org.qat4j.training.network.Stage;

/**
 * What becomes of one kind of Deeplearning4j layer or vertex.
 *
 * @param <L> Deeplearning4j's configuration of it
 */
abstract class DynamicForm<L> {
  private final Class<L> type;

  DynamicForm(Class<L> type) {
    this.type = type;
  }

  final Class<L> type() {
    return type;
  }

  /** What is supported of this kind, as refusals and docs/layers.md name it. */
  List<String> names() {
    return List.of(type.getSimpleName());
  }

  final L conf(Part part) {
    return type.cast(part.conf());
  }

  /** Whether it makes sense of sequences only. */
  boolean readsSequences() {
    return false;
  }

  /** How many numbers it reads at a time; 0 for any. */
  long width(Stage stage, L conf) {
    return 0;
  }

  /**
   * Checks a layer and appends what becomes of it.
   *
   * @param inputs the tensors that it reads
   * @return the tensor that its readers read
   * @throws org.qat4j.training.forms.UnsupportedLayerException if this layer cannot be converted
   */
  abstract String convert(Part part, List<String> inputs, DynamicGraph graph);
}
