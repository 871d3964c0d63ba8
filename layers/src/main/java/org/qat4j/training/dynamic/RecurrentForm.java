package org.qat4j.training.dynamic;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Scan;
import org.qat4j.graph.Shape;
import org.qat4j.training.network.Stage;

/** A recurrent layer: one operation, and the state that it keeps between calls. */
abstract class RecurrentForm<L extends BaseRecurrentLayer> extends DynamicForm<L> {
  RecurrentForm(Class<L> type) {
    super(type);
  }

  @Override
  boolean readsSequences() {
    return true;
  }

  @Override
  long width(Stage stage, L conf) {
    return conf.getNIn();
  }

  /** Rows of state, each of as many numbers as the layer has units; the first is the output. */
  abstract int stateRows();

  /** The operation of a layer that is supported. */
  abstract RecurrentOp operation(Part part, Scan scan, DynamicGraph graph);

  @Override
  final String convert(Part part, List<String> inputs, DynamicGraph graph) {
    return convert(part, inputs, graph, false);
  }

  /**
   * As {@link #convert(Part, List, DynamicGraph)}, in either direction.
   *
   * @param reversed from the last step to the first, each output at the place of its input
   */
  final String convert(Part part, List<String> inputs, DynamicGraph graph, boolean reversed) {
    boolean resumed = graph.config().keepsState();
    Scan scan = new Scan(reversed, resumed, graph.config().masked());
    RecurrentOp operation = operation(part, scan, graph);
    List<String> operands = new ArrayList<>(List.of(graph.operand(inputs.get(0))));
    int units = Math.toIntExact(conf(part).getNOut());
    String state = resumed ? graph.state(part.name() + "_state", Shape.of(stateRows(), units)) : "";
    if (resumed) {
      operands.add(state);
    }
    boolean hidden = stateRows() > 1;
    String scanned =
        graph.add(
            hidden ? graph.freeName(part.name() + "_scan") : part.name(),
            operation,
            graph.withMask(operands).toArray(String[]::new));
    if (resumed) {
      String next = graph.freeName(part.name() + "_next");
      graph.keep(state, graph.add(next, MoveOp.Steps.last(stateRows()), scanned));
    }
    return hidden
        ? graph.add(part.name(), MoveOp.Steps.allButLast(stateRows() - 1), scanned)
        : scanned;
  }
}
