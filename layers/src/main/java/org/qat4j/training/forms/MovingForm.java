package org.qat4j.training.forms;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.training.network.Stage;

/** A form whose layers choose, repeat or surround codes, by one operation. */
abstract class MovingForm<L extends Layer> extends PassingForm<L> {
  MovingForm(Class<L> type, String reason) {
    super(type, Description.Scale.INPUTS, reason);
  }

  /** What deployment runs for an input of that shape. */
  abstract Op operation(L layer, Shape input);

  @Override
  final String convert(
      Stage stage,
      org.deeplearning4j.nn.api.Layer running,
      List<String> inputs,
      Graph.Builder graph) {
    Tensor codes = graph.tensor(inputs.get(0));
    Op operation = operation(prepared(stage), codes.shape());
    graph.node(stage.name(), operation, inputs, stage.name(), codes.type());
    return stage.name();
  }
}
