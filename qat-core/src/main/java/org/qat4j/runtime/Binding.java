package org.qat4j.runtime;

import java.util.Map;
import org.qat4j.graph.Tensor;

/**
 * The buffers of one batch size.
 *
 * @param batch images per run
 * @param activations by tensor name
 */
public record Binding(int batch, Map<String, Activation> activations) {
  public Binding {
    activations = Map.copyOf(activations);
  }

  /**
   * The tensor's buffer.
   *
   * @throws IllegalArgumentException if the tensor has no buffer, because it lies inside a region
   */
  public Activation activation(Tensor tensor) {
    Activation activation = activations.get(tensor.name());
    if (activation == null) {
      throw new IllegalArgumentException("tensor '" + tensor.name() + "' has no buffer");
    }
    return activation;
  }
}
