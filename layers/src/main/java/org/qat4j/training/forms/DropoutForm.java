package org.qat4j.training.forms;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.qat4j.graph.Graph;
import org.qat4j.layers.DropoutOnCopy;
import org.qat4j.training.network.Stage;

/** A dropout layer. */
final class DropoutForm extends PassingForm<DropoutLayer> {
  DropoutForm() {
    super(DropoutLayer.class, Description.Scale.INPUTS, "does nothing in inference");
  }

  @Override
  DropoutLayer supported(Stage stage, DropoutLayer dropout) {
    return new DropoutOnCopy(dropout);
  }

  @Override
  String convert(Stage stage, Layer running, List<String> inputs, Graph.Builder graph) {
    return inputs.get(0);
  }
}
