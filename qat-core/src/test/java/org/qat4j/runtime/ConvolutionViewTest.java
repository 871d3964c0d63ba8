package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Window;

class ConvolutionViewTest {
  private static void assertNoView(LinearOp op, Shape shape) {
    Graph.Builder graph = Graph.builder("island").input(Tensor.real("x", shape));
    graph.node("op", op, List.of("x"), "y", new Tensor.Real());
    Graph island = graph.build("y");
    assertEquals(Optional.empty(), ConvolutionView.of(Region.of(island, island.nodes().get(0))));
  }

  /** A backend may ask for the view of every node; what it shows are codes. */
  @Test
  void of_layersOfRealNumbers_isEmpty() {
    Reals weights = new Reals(1, 2);
    Reals bias = new Reals(0);
    assertNoView(
        new LinearOp.Conv(Window.square(1, 1, 0), 1, weights, bias, Clip.NONE), Shape.of(2, 3, 3));
    assertNoView(new LinearOp.Dense(weights, bias, Clip.NONE), Shape.of(2));
  }
}
