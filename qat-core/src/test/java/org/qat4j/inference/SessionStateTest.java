package org.qat4j.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;

class SessionStateTest {
  /** Each session has its own state, until it is reset. */
  @Test
  void session_ofAModelWithState_addsUpAndStartsAnew() {
    Tensor.Type real = new Tensor.Real();
    Graph graph =
        Graph.builder("sum")
            .input(Tensor.real("x", Shape.of(1, 2)))
            .input(Tensor.real("h", Shape.of(1, 2)))
            .node("add", new JoinOp.Add(Clip.NONE), List.of("x", "h"), "y", real)
            .state("h", "y")
            .build("y");
    QuantizedModel model = new QuantizedModel(graph);
    try (InferenceSession session = InferenceSession.open(model);
        InferenceSession other = InferenceSession.open(model)) {
      assertArrayEquals(new float[] {1, 2}, session.run(new float[] {1, 2}, 1));
      assertArrayEquals(new float[] {4, 6}, session.run(new float[] {3, 4}, 1));
      assertArrayEquals(new float[] {3, 4}, other.run(new float[] {3, 4}, 1));
      session.resetState();
      assertArrayEquals(new float[] {1, 2, 3, 4}, session.run(new float[] {1, 2, 3, 4}, 2));
    }
  }
}
