package org.qat4j.training.forms;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.qat4j.layers.QuantizedMerge;
import org.qat4j.training.network.Stage;

/** Tensors joined along their channels or features. */
final class ConcatenationForm extends MergeForm<MergeVertex> {
  ConcatenationForm() {
    super(MergeVertex.class, QuantizedMerge.Kind.CONCATENATE);
  }

  @Override
  List<String> names() {
    return List.of("MergeVertex along the channels");
  }

  @Override
  void prepare(Stage stage, Draft draft) {
    if (conf(stage).getMergeAxis() != MergeVertex.DEFAULT_MERGE_DIM) {
      throw Forms.refusal(stage);
    }
    add(stage, Chain.NONE, draft);
  }

  @Override
  long width(Stage stage, Widths widths) {
    List<Long> all = stage.inputs().stream().map(widths::of).toList();
    return all.stream().allMatch(Widths::isKnown)
        ? all.stream().mapToLong(Long::longValue).sum()
        : Widths.UNKNOWN;
  }

  @Override
  String kind(QuantizedMerge layer) {
    return "Concat";
  }

  @Override
  String reason(QuantizedMerge layer) {
    return "each input keeps its scale, for its other readers, and is requantized to one of all";
  }
}
