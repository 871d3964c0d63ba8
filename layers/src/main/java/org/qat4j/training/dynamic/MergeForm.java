package org.qat4j.training.dynamic;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.qat4j.graph.JoinOp;

/** Tensors joined along their features. */
final class MergeForm extends DynamicForm<MergeVertex> {
  MergeForm() {
    super(MergeVertex.class);
  }

  @Override
  String convert(Part part, List<String> inputs, DynamicGraph graph) {
    return graph.add(part.name(), new JoinOp.Concat(), inputs.toArray(String[]::new));
  }
}
