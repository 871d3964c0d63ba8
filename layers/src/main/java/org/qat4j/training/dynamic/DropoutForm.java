package org.qat4j.training.dynamic;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;

/** Nothing, in inference. */
final class DropoutForm extends DynamicForm<DropoutLayer> {
  DropoutForm() {
    super(DropoutLayer.class);
  }

  @Override
  String convert(Part part, List<String> inputs, DynamicGraph graph) {
    return inputs.get(0);
  }
}
