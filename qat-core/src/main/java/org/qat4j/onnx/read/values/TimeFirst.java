package org.qat4j.onnx.read.values;

import java.util.List;
import org.qat4j.graph.Tensor;

/**
 * What the recurrent operators of ONNX read and give: sequences whose first dimension is the time,
 * and states whose first is the direction. In the graph the batch is the first of all.
 */
public sealed interface TimeFirst extends Value {

  /** A sequence as {@code [time, batch, features]}. */
  record Sequence(Tensor tensor) implements TimeFirst {
    @Override
    public String kind() {
      return "a sequence with the time first";
    }
  }

  /**
   * Results as {@code [time, directions, batch, units]}.
   *
   * @param isLast whether the directions are behind the batch
   */
  record Results(List<Tensor> directions, boolean isLast) implements TimeFirst {
    public Results {
      directions = List.copyOf(directions);
    }

    @Override
    public String kind() {
      return "the results of a recurrent layer, " + directions.size() + " directions apart";
    }
  }

  /** A state as {@code [directions, batch, units]}. */
  record State(List<Tensor> directions) implements TimeFirst {
    public State {
      directions = List.copyOf(directions);
    }

    @Override
    public String kind() {
      return "the last state of a recurrent layer, directions first";
    }
  }

  /** Zeros of computed sizes. */
  record Zeros() implements TimeFirst {
    @Override
    public String kind() {
      return "zeros";
    }
  }
}
