package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.qat4j.graph.Tensor;

/**
 * Puts the kernels of a graph in order, and between them what brings tensors into the storages that
 * they are read in: each at most once, right before the first that needs it.
 */
final class Assembly {
  private final Map<String, StoredTensor> outputs;
  private final boolean shown;
  private final List<Part> parts = new ArrayList<>();
  private final Map<String, List<StoredTensor>> ready = new HashMap<>();

  private Assembly(List<StoredTensor> inputs, List<StoredTensor> outputs, boolean shown) {
    this.outputs = outputs.stream().collect(Collectors.toMap(each -> each.tensor().name(), o -> o));
    this.shown = shown;
    inputs.forEach(this::add);
  }

  /**
   * The parts of a program.
   *
   * @param inputs that callers give, where they are
   * @param outputs that callers get, where they have to be
   * @param taken in an order in which they can run
   * @param shown whether every tensor is brought to the host as soon as it is computed, rather than
   *     only those that callers get
   */
  static List<Part> of(
      List<StoredTensor> inputs,
      List<StoredTensor> outputs,
      List<Selection.Candidate> taken,
      boolean shown) {
    Assembly assembly = new Assembly(inputs, outputs, shown);
    try {
      taken.forEach(assembly::compute);
      outputs.forEach(assembly::require);
    } catch (RuntimeException e) {
      assembly.parts.forEach(part -> part.kernel().close());
      throw e;
    }
    return List.copyOf(assembly.parts);
  }

  private void compute(Selection.Candidate taken) {
    Region region = taken.region();
    region.inputs().forEach(input -> require(taken.offer().stored(input)));
    if (shown) {
      region.inputs().forEach(input -> require(StoredTensor.plain(input)));
    }
    Part part = Part.of(taken);
    parts.add(part);
    part.writes().forEach(this::add);
    for (Tensor output : region.outputs()) {
      if (shown) {
        require(StoredTensor.plain(output));
      }
      if (outputs.containsKey(output.name())) {
        require(outputs.get(output.name()));
      }
    }
    if (shown) {
      int last = parts.size() - 1;
      parts.set(last, parts.get(last).showing(region));
    }
  }

  private void add(StoredTensor stored) {
    ready.computeIfAbsent(stored.tensor().name(), name -> new ArrayList<>()).add(stored);
  }

  private void require(StoredTensor wanted) {
    if (!there(wanted.tensor()).contains(wanted)) {
      parts.add(Part.of(new Transfer(source(wanted), wanted)));
      add(wanted);
    }
  }

  private List<StoredTensor> there(Tensor tensor) {
    return ready.get(tensor.name());
  }

  /** What a tensor is copied or reordered from, which is made first if need be. */
  private StoredTensor source(StoredTensor wanted) {
    if (!wanted.storage().isOnHost()) {
      return onHost(wanted.in(MemorySpace.HOST));
    }
    Optional<StoredTensor> other =
        there(wanted.tensor()).stream().filter(one -> one.storage().isOnHost()).findFirst();
    if (other.isPresent()) {
      return other.get();
    }
    StoredTensor onDevice = there(wanted.tensor()).get(0);
    StoredTensor copy = onDevice.in(MemorySpace.HOST);
    return copy.equals(wanted) ? onDevice : onHost(copy);
  }

  private StoredTensor onHost(StoredTensor stored) {
    require(stored);
    return stored;
  }
}
