package org.qat4j.training.forms;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.qat4j.layers.QuantizedMerge;
import org.qat4j.training.network.Stage;

/** The sum of two tensors, with the clamp behind it. */
final class SumForm extends MergeForm<ElementWiseVertex> {
  SumForm() {
    super(ElementWiseVertex.class, QuantizedMerge.Kind.SUM);
  }

  @Override
  List<String> names() {
    return List.of("ElementWiseVertex Add of 2");
  }

  @Override
  void prepare(Stage stage, Draft draft) {
    if (conf(stage).getOp() != ElementWiseVertex.Op.Add) {
      throw Forms.refusal(stage);
    }
    if (stage.inputs().size() != 2) {
      throw Forms.refusal(stage, "add two at a time, each sum in a vertex of its own");
    }
    add(stage, draft.readers().activationBehind(stage), draft);
  }

  /** Deeplearning4j broadcasts in sums. */
  @Override
  long width(Stage stage, Widths widths) {
    List<Long> known = stage.inputs().stream().map(widths::of).filter(Widths::isKnown).toList();
    if (known.stream().distinct().count() > 1) {
      throw new UnsupportedLayerException(
          stage,
          "adds '"
              + stage.inputs().get(0)
              + "' with "
              + known.get(0)
              + " channels or features and '"
              + stage.inputs().get(1)
              + "' with "
              + known.get(1)
              + ", and codes are added without broadcasting; give both the same shape");
    }
    return known.isEmpty() ? Widths.UNKNOWN : known.get(0);
  }

  @Override
  String kind(QuantizedMerge layer) {
    return "Add";
  }

  @Override
  String reason(QuantizedMerge layer) {
    return "the sum has a range of its own, so each input keeps its scale and is requantized here";
  }
}
