package org.qat4j.onnx.write;

import java.util.List;
import java.util.Optional;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;

/**
 * Whether the number of time steps is free in a file: it is where the same network can have one
 * more.
 *
 * @param graph as it is
 * @param longer by one step; empty where it cannot be
 */
record Time(Graph graph, Optional<Graph> longer) {
  /** What {@link #dimension} gives for a number. */
  static final String FIXED = "";

  static Time of(Graph graph) {
    List<Integer> steps =
        graph.inputs().stream().flatMap(input -> steps(input).stream()).distinct().toList();
    return new Time(
        graph, steps.size() == 1 ? withSteps(graph, steps.get(0) + 1) : Optional.empty());
  }

  private static Optional<Graph> withSteps(Graph graph, int steps) {
    try {
      return Optional.of(graph.withSteps(steps));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Integer> steps(Tensor tensor) {
    return tensor.shape().kind() == Shape.Kind.SEQUENCE
        ? Optional.of(tensor.shape().height())
        : Optional.empty();
  }

  /** The name of the first dimension of an image of a tensor. */
  String dimension(Tensor tensor) {
    if (longer.isEmpty() || longer.get().tensor(tensor.name()).shape().equals(tensor.shape())) {
      return FIXED;
    }
    int more = tensor.shape().height() - graphSteps();
    return more == 0 ? "T" : "T" + (more > 0 ? "+" : "") + more;
  }

  private int graphSteps() {
    return graph.inputs().stream()
        .flatMap(input -> steps(input).stream())
        .findFirst()
        .orElseThrow();
  }

  /** What a reader of the file takes for the number, if it is free. */
  Optional<String> declared() {
    return longer.map(more -> Integer.toString(graphSteps()));
  }
}
