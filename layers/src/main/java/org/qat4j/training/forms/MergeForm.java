package org.qat4j.training.forms;

import java.io.Serializable;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.qat4j.layers.QuantizedMerge;
import org.qat4j.training.network.Stage;

/** A vertex that makes one tensor of several, each of which is requantized to its scale. */
abstract class MergeForm<V extends GraphVertex> extends QuantizingForm<V, QuantizedMerge> {
  private final QuantizedMerge.Kind kind;

  MergeForm(Class<V> type, QuantizedMerge.Kind kind) {
    super(type, QuantizedMerge.class);
    this.kind = kind;
  }

  @Override
  final boolean accepts(Serializable conf) {
    return type().isInstance(conf);
  }

  @Override
  final boolean isFormOf(Serializable conf) {
    return conf instanceof QuantizedMerge merge && merge.getKind() == kind;
  }

  final void add(Stage stage, Chain behind, Draft draft) {
    QuantizedMerge layer =
        new QuantizedMerge(
            stage.name(),
            kind,
            stage.inputs().stream().map(draft::quantizer).toList(),
            behind.function().orElseGet(ActivationIdentity::new));
    draft.quantizing(new Prepared(stage, stage.with(layer), List.of()));
    draft.absorb(stage, behind);
  }
}
