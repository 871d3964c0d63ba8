package org.qat4j.training.dynamic;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.qat4j.training.network.Stage;

/** A dense layer with a loss, which inference does without. */
final class OutputForm<L extends BaseOutputLayer> extends DynamicForm<L> {
  private final boolean sequences;

  OutputForm(Class<L> type, boolean sequences) {
    super(type);
    this.sequences = sequences;
  }

  @Override
  boolean readsSequences() {
    return sequences;
  }

  @Override
  long width(Stage stage, L conf) {
    return conf.getNIn();
  }

  @Override
  String convert(Part part, List<String> inputs, DynamicGraph graph) {
    L conf = conf(part);
    IActivation activation = DynamicForms.supported(part, conf.getActivationFn());
    return graph.dense(part, conf.getNOut(), activation, inputs.get(0));
  }
}
