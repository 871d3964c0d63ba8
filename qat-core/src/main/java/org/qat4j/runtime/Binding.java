package org.qat4j.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qat4j.graph.Tensor;

/**
 * The buffers of one batch size.
 *
 * @param batch images per run
 * @param ways how many threads may share the work of one step; more than 1 only for a single image
 * @param activations by tensor name
 */
public record Binding(int batch, int ways, Map<String, Activation> activations) {
  public Binding {
    activations = Map.copyOf(activations);
  }

  /** The same with other buffers for some tensors, and steps that are not divided. */
  public Binding with(List<Activation> replaced) {
    Map<String, Activation> all = new HashMap<>(activations);
    replaced.forEach(activation -> all.put(activation.tensor().name(), activation));
    return new Binding(batch, 1, all);
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
