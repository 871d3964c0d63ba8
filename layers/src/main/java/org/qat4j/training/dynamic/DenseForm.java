package org.qat4j.training.dynamic;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.nd4j.linalg.activations.IActivation;
import org.qat4j.training.network.Stage;

/** A dense layer, in sequences the same one at each step. */
final class DenseForm extends DynamicForm<DenseLayer> {
  DenseForm() {
    super(DenseLayer.class);
  }

  @Override
  long width(Stage stage, DenseLayer conf) {
    return conf.getNIn();
  }

  @Override
  String convert(Part part, List<String> inputs, DynamicGraph graph) {
    DenseLayer conf = conf(part);
    if (conf.hasLayerNorm()) {
      throw DynamicForms.refusal(
          part.stage(), "normalizes its layer, which has no dynamic form; train it without");
    }
    IActivation activation = DynamicForms.supported(part, conf.getActivationFn());
    String result = graph.dense(part, conf.getNOut(), activation, inputs.get(0));
    return graph.masked(part.name(), result);
  }
}
