package org.qat4j.training.dynamic;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.qat4j.graph.MoveOp;
import org.qat4j.training.network.Stage;

/** The last output of a recurrent layer, as features. */
final class LastTimeStepForm extends DynamicForm<LastTimeStep> {
  LastTimeStepForm() {
    super(LastTimeStep.class);
  }

  @Override
  boolean readsSequences() {
    return true;
  }

  @Override
  long width(Stage stage, LastTimeStep conf) {
    return DynamicForms.width(stage, conf.getUnderlying());
  }

  @Override
  String convert(Part part, List<String> inputs, DynamicGraph graph) {
    Part inside = part.inside(conf(part).getUnderlying(), "_steps", "");
    String outputs = DynamicForms.convert(inside, inputs, graph);
    return take(part, MoveOp.Steps.last(1), outputs, graph);
  }

  /** One step of a sequence as features. */
  static String take(Part part, MoveOp.Steps step, String sequence, DynamicGraph graph) {
    if (graph.config().masked()) {
      throw DynamicForms.refusal(
          part.stage(),
          "takes the last step, which masks would let differ from sequence to sequence; convert it"
              + " without masks and give each length by itself (QuantizedModel.withSteps)");
    }
    String taken = graph.add(graph.freeName(part.name() + "_last"), step, sequence);
    return graph.add(part.name(), new MoveOp.Flatten(), taken);
  }
}
