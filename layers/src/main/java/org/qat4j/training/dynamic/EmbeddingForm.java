package org.qat4j.training.dynamic;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.qat4j.training.network.Stage;

/** The rows of a table, for words that come one by one. */
final class EmbeddingForm extends DynamicForm<EmbeddingLayer> {
  EmbeddingForm() {
    super(EmbeddingLayer.class);
  }

  @Override
  long width(Stage stage, EmbeddingLayer conf) {
    return 1;
  }

  @Override
  String convert(Part part, List<String> inputs, DynamicGraph graph) {
    return EmbeddingSequenceForm.embed(part, conf(part), inputs.get(0), graph);
  }
}
