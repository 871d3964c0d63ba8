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
 * @param buffers by tensor name
 */
public record Binding(int batch, int ways, Map<String, Buffer> buffers) {
  public Binding {
    buffers = Map.copyOf(buffers);
  }

  /** The same with other buffers for some tensors, and steps that are not divided. */
  public Binding with(List<Buffer> replaced) {
    Map<String, Buffer> all = new HashMap<>(buffers);
    replaced.forEach(buffer -> all.put(buffer.tensor().name(), buffer));
    return new Binding(batch, 1, all);
  }

  /**
   * The tensor's buffer.
   *
   * @throws IllegalArgumentException if the tensor has no buffer, because it lies inside a region
   */
  public Buffer buffer(Tensor tensor) {
    Buffer buffer = buffers.get(tensor.name());
    if (buffer == null) {
      throw new IllegalArgumentException("tensor '" + tensor.name() + "' has no buffer");
    }
    return buffer;
  }
}
