package org.qat4j.runtime.toy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.ElementType;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.Region;
import org.qat4j.runtime.Slice;
import org.qat4j.runtime.Step;

/** Computes a region node by node; what only the region sees lies in the workspace. */
record ToyKernel(Region region, ToyLayout layout, Runnable delay) implements Kernel {
  @Override
  public String name() {
    return "scalar";
  }

  private List<Tensor> inside() {
    List<Tensor> outputs = region.outputs();
    return region.nodes().stream()
        .map(region.graph()::outputOf)
        .filter(tensor -> !outputs.contains(tensor))
        .toList();
  }

  private long size(Tensor tensor, int batch) {
    return layout.room(tensor.shape(), batch) * ElementType.of(tensor).bytes();
  }

  @Override
  public long workspaceBytes(int batch) {
    return inside().stream().mapToLong(tensor -> size(tensor, batch)).sum();
  }

  @Override
  public Step bind(Binding binding) {
    Map<String, ToyTensor> tensors = new HashMap<>();
    Stream.concat(binding.inputs().stream(), binding.outputs().stream())
        .forEach(b -> add(tensors, b.tensor(), b.slice()));
    long used = 0;
    for (Tensor tensor : inside()) {
      Slice all = binding.workspace().orElseThrow();
      long size = size(tensor, binding.batch());
      add(tensors, tensor, new Slice(all.memory(), all.offset() + used, size));
      used += size;
    }
    List<Step> steps = new ArrayList<>();
    for (Node node : region.nodes()) {
      List<ToyTensor> inputs = node.inputs().stream().map(tensors::get).toList();
      steps.add(ToyOps.step(node.op(), inputs, tensors.get(node.output()), binding.batch()));
    }
    return () -> {
      binding.workspace().ifPresent(ToySpace::spoil);
      binding.outputs().forEach(output -> ToySpace.spoil(output.slice()));
      delay.run();
      steps.forEach(Step::run);
    };
  }

  private void add(Map<String, ToyTensor> tensors, Tensor tensor, Slice slice) {
    tensors.put(tensor.name(), new ToyTensor(tensor, layout, slice));
  }
}
