package org.qat4j.training.dynamic;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.qat4j.graph.MoveOp;

/** The last step of a sequence, as features. */
final class LastTimeStepVertexForm extends DynamicForm<LastTimeStepVertex> {
  LastTimeStepVertexForm() {
    super(LastTimeStepVertex.class);
  }

  @Override
  boolean readsSequences() {
    return true;
  }

  @Override
  String convert(Part part, List<String> inputs, DynamicGraph graph) {
    return LastTimeStepForm.take(part, MoveOp.Steps.last(1), inputs.get(0), graph);
  }
}
