package org.qat4j.training.forms;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.training.network.Stage;

/**
 * Where a prepared layer's parameters come from.
 *
 * @param layer name of the original layer
 * @param parameters from the original's parameter table to those that the prepared layer takes,
 *     under its names and in its shapes
 */
public record Origin(String layer, UnaryOperator<Map<String, INDArray>> parameters) {

  /** All parameters as they are. */
  static Origin of(Stage stage) {
    return new Origin(stage.name(), UnaryOperator.identity());
  }
}
