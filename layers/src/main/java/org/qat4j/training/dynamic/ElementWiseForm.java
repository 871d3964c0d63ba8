package org.qat4j.training.dynamic;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.qat4j.graph.Clip;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.Op;

/** The sum or the product of two tensors. */
final class ElementWiseForm extends DynamicForm<ElementWiseVertex> {
  ElementWiseForm() {
    super(ElementWiseVertex.class);
  }

  @Override
  List<String> names() {
    return List.of("ElementWiseVertex Add or Product of 2");
  }

  @Override
  String convert(Part part, List<String> inputs, DynamicGraph graph) {
    Op op =
        switch (conf(part).getOp()) {
          case Add -> new JoinOp.Add(Clip.NONE);
          case Product -> new JoinOp.Mul();
          case Subtract, Average, Max ->
              throw DynamicForms.refusal(part.stage(), "is neither a sum nor a product");
        };
    if (inputs.size() != 2) {
      throw DynamicForms.refusal(
          part.stage(), "has " + inputs.size() + " inputs; join two at a time");
    }
    return graph.add(part.name(), op, inputs.toArray(String[]::new));
  }
}
