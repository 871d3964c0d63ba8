package org.qat4j.runtime;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Program.Part;

/**
 * A program with its buffers for one batch size, ready to run. Owns buffers and steps, and keeps
 * them reachable while they run: JavaCPP frees what is not.
 */
final class BoundProgram implements AutoCloseable {
  private final int batch;
  private final NativeScope scope = new NativeScope();
  private final Step[] steps;
  private final Team.Job[] jobs;
  private final Port[] inputs;
  private final Port[] outputs;
  private final Map<String, Buffer> buffers = new LinkedHashMap<>();
  private final long bytes;

  /**
   * @param ways how many threads may share the work of a step
   * @param keepAll gives each tensor its own memory, so that all can be read after a run
   * @param watch counts clamped values after each step
   */
  BoundProgram(
      Program program, int batch, int ways, boolean keepAll, Optional<SaturationWatch> watch) {
    this.batch = batch;
    Placement placement = Placement.of(program, batch, keepAll);
    this.bytes = placement.bytes();
    BytePointer memory = scope.allocate(bytes);
    placement
        .offsets()
        .forEach(
            (tensor, offset) ->
                buffers.put(tensor.name(), new Buffer(tensor, batch, memory, offset)));
    this.inputs = ports(program.graph().inputs());
    this.outputs = ports(program.graph().outputs());
    List<Part> parts = program.parts();
    this.steps = new Step[parts.size()];
    this.jobs = new Team.Job[steps.length];
    bind(parts, new Binding(batch, ways, buffers), watch);
  }

  private void bind(List<Part> parts, Binding binding, Optional<SaturationWatch> watch) {
    WatchedEnds.Scratch scratch = new WatchedEnds.Scratch(watch.isPresent());
    try {
      for (int i = 0; i < steps.length; i++) {
        Part part = parts.get(i);
        Step bound = part.kernel().bind(binding);
        Step step = watch.map(w -> w.watched(bound, part.region(), binding, scratch)).orElse(bound);
        steps[i] = step;
        jobs[i] = (member, piece) -> step.runPart(piece);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private Port[] ports(List<Tensor> tensors) {
    return tensors.stream().map(t -> new Port(buffers.get(t.name()))).toArray(Port[]::new);
  }

  /** Runs all steps on what {@link #input} holds, on this thread. */
  void run() {
    try {
      for (Step step : steps) {
        step.run();
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Runs all steps, each one's parts on the team. Called by the team's caller. */
  void run(Team team) {
    try {
      for (int i = 0; i < steps.length; i++) {
        team.run(jobs[i], steps[i].parts());
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  int batch() {
    return batch;
  }

  Port input(int index) {
    return inputs[index];
  }

  Port output(int index) {
    return outputs[index];
  }

  /** Every tensor that has memory of its own, in execution order. */
  Map<String, Buffer> buffers() {
    return buffers;
  }

  /** Memory of all tensors together. */
  long bytes() {
    return bytes;
  }

  List<Plan.Entry> entries(Program program) {
    List<Plan.Entry> entries = new ArrayList<>();
    for (int i = 0; i < steps.length; i++) {
      Part part = program.parts().get(i);
      entries.add(entry(part, steps[i].implementation()));
    }
    return entries;
  }

  private static Plan.Entry entry(Part part, String implementation) {
    Region region = part.region();
    String kernel = part.backend().name() + ":" + part.kernel().name();
    Tensor output = region.output();
    return new Plan.Entry(
        region.toString(),
        String.join("+", region.nodes().stream().map(Node::op).map(op -> op.onnxName()).toList()),
        implementation.isEmpty() ? kernel : kernel + "(" + implementation + ")",
        ElementType.of(output) + " " + output.shape() + (output.isCodes() ? " nhwc" : ""),
        Buffer.byteSize(output, 1),
        region.macs());
  }

  @Override
  public void close() {
    for (Step step : steps) {
      if (step != null) {
        step.close();
      }
    }
    scope.close();
  }
}
