package org.qat4j.training.dynamic;

import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.activations.IActivation;

/** An activation function by itself, or with a loss, which inference does without. */
final class FunctionForm<L> extends DynamicForm<L> {
  private final Function<L, IActivation> function;
  private final boolean sequences;

  FunctionForm(Class<L> type, Function<L, IActivation> function, boolean sequences) {
    super(type);
    this.function = function;
    this.sequences = sequences;
  }

  @Override
  boolean readsSequences() {
    return sequences;
  }

  @Override
  String convert(Part part, List<String> inputs, DynamicGraph graph) {
    IActivation activation = DynamicForms.supported(part, function.apply(conf(part)));
    String result = graph.function(part.name(), activation, inputs.get(0));
    return graph.masked(part.name(), result);
  }
}
