package org.qat4j.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.qat4j.graph.Tensor;

/**
 * What a kernel reads and writes, for one batch size.
 *
 * @param batch images per run
 * @param ways how many threads may share the work of one step; more than 1 only for a single image
 * @param inputs in the storages that the kernel was offered with
 * @param outputs likewise
 * @param workspace memory of {@link Kernel#workspaceBytes}; empty if that is 0
 */
public record Binding(
    int batch, int ways, List<Buffer> inputs, List<Buffer> outputs, Optional<Slice> workspace) {
  public Binding {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** The same with other buffers for some tensors, and steps that are not divided. */
  public Binding with(List<Buffer> replaced) {
    Map<String, Buffer> others = new HashMap<>();
    replaced.forEach(buffer -> others.put(buffer.tensor().name(), buffer));
    UnaryOperator<Buffer> other = b -> others.getOrDefault(b.tensor().name(), b);
    return new Binding(
        batch,
        1,
        inputs.stream().map(other).toList(),
        outputs.stream().map(other).toList(),
        workspace);
  }

  /** The buffers of some tensors, as {@link #buffer} finds each; for a node that may read many. */
  public Buffer[] buffers(List<Tensor> tensors) {
    Map<String, Buffer> named = new HashMap<>();
    inputs.forEach(buffer -> named.put(buffer.tensor().name(), buffer));
    outputs.forEach(buffer -> named.put(buffer.tensor().name(), buffer));
    return tensors.stream()
        .map(tensor -> found(tensor, Optional.ofNullable(named.get(tensor.name()))))
        .toArray(Buffer[]::new);
  }

  /**
   * The tensor's buffer.
   *
   * @throws IllegalArgumentException if the tensor has no buffer, because it lies inside a region
   */
  public Buffer buffer(Tensor tensor) {
    return found(
        tensor,
        Stream.concat(outputs.stream(), inputs.stream())
            .filter(buffer -> buffer.tensor().name().equals(tensor.name()))
            .findFirst());
  }

  private static Buffer found(Tensor tensor, Optional<Buffer> buffer) {
    return buffer.orElseThrow(
        () -> new IllegalArgumentException("tensor '" + tensor.name() + "' has no buffer"));
  }
}
