package org.qat4j.runtime;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Tensor;

/**
 * A program with its buffers for one batch size, ready to run. Owns buffers and steps, and keeps
 * them reachable while they run: JavaCPP frees what is not.
 */
final class BoundProgram implements AutoCloseable {
  private final Program program;
  private final int batch;
  private final int ways;
  private final Map<MemorySpace, Memory> blocks = new LinkedHashMap<>();
  private final Map<StoredTensor, Buffer> buffers = new LinkedHashMap<>();
  private final Step[] steps;
  private final Team.Job[] jobs;
  private final Port[] inputs;
  private final Port[] outputs;
  private final long bytes;

  /**
   * Allocates and binds.
   *
   * @param ways how many threads may share the work of a step
   * @param keepAll gives each tensor its own memory, so that all can be read after a run
   * @param watch counts clamped values as soon as a part's tensors are shown
   */
  BoundProgram(
      Program program, int batch, int ways, boolean keepAll, Optional<SaturationWatch> watch) {
    this.program = program;
    this.batch = batch;
    this.ways = ways;
    Placement placement = new Placement(program, batch, keepAll);
    this.bytes = placement.bytes();
    this.steps = new Step[program.parts().size()];
    this.jobs = new Team.Job[steps.length];
    try {
      placement.blocks().forEach((space, size) -> blocks.put(space, space.allocate(size)));
      placement.offsets().forEach((stored, at) -> buffers.put(stored, buffer(stored, at)));
      bind(placement, watch);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    Graph graph = program.graph();
    this.inputs = ports(program.inputs(), graph.inputs().size(), program.layouts().inputs());
    this.outputs = ports(program.outputs(), graph.outputs().size(), program.layouts().outputs());
  }

  private Buffer buffer(StoredTensor stored, long offset) {
    return new Buffer(stored, batch, blocks.get(stored.storage().space()), offset);
  }

  private void bind(Placement placement, Optional<SaturationWatch> watch) {
    WatchedEnds.Scratch scratch = new WatchedEnds.Scratch(watch.isPresent());
    for (int i = 0; i < steps.length; i++) {
      Part part = program.parts().get(i);
      Step bound = part.kernel().bind(binding(part, placement.workspace(i)));
      Step step =
          watch.isPresent() && part.shown().isPresent()
              ? watched(watch.get(), bound, part.shown().get(), scratch)
              : bound;
      steps[i] = step;
      jobs[i] = (member, piece) -> step.runPart(piece);
    }
  }

  private Binding binding(Part part, Optional<Long> workspace) {
    Memory memory = blocks.get(part.lastWritten().storage().space());
    return new Binding(
        batch,
        ways,
        part.reads().stream().map(buffers::get).toList(),
        part.writes().stream().map(buffers::get).toList(),
        workspace.map(at -> new Slice(memory, at, part.kernel().workspaceBytes(batch))));
  }

  private Step watched(
      SaturationWatch watch, Step step, Region shown, WatchedEnds.Scratch scratch) {
    Binding onHost =
        new Binding(batch, 1, plain(shown.inputs()), plain(shown.outputs()), Optional.empty());
    return watch.watched(step, shown, onHost, scratch);
  }

  private List<Buffer> plain(List<Tensor> tensors) {
    return tensors.stream().map(StoredTensor::plain).map(buffers::get).toList();
  }

  /**
   * @param given how many of the first are callers'; state is kept as it lies
   */
  private Port[] ports(List<StoredTensor> tensors, int given, PlainLayout callers) {
    Port[] ports = new Port[tensors.size()];
    for (int i = 0; i < ports.length; i++) {
      Buffer buffer = buffers.get(tensors.get(i));
      ports[i] = new Port(buffer, i < given ? callers : PlainLayout.NHWC);
    }
    return ports;
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

  /** What has memory of its own that host code can reach, in execution order. */
  List<Buffer> buffers() {
    return buffers.entrySet().stream()
        .filter(entry -> entry.getKey().storage().isOnHost())
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Memory of all tensors and workspaces together. */
  long bytes() {
    return bytes;
  }

  List<Plan.Entry> entries() {
    List<Plan.Entry> entries = new ArrayList<>();
    for (int i = 0; i < steps.length; i++) {
      entries.add(entry(program.parts().get(i), steps[i].implementation()));
    }
    return entries;
  }

  private static Plan.Entry entry(Part part, String implementation) {
    String kernel = part.label().owner() + ":" + part.kernel().name();
    return new Plan.Entry(
        part.label().nodes(),
        part.label().operations(),
        implementation.isEmpty() ? kernel : kernel + "(" + implementation + ")",
        part.writes().stream().map(StoredTensor::toString).collect(Collectors.joining(", ")),
        part.writes().stream().mapToLong(stored -> stored.bytes(1)).sum(),
        part.label().macs());
  }

  @Override
  public void close() {
    for (Step step : steps) {
      if (step != null) {
        step.close();
      }
    }
    blocks.values().forEach(Memory::close);
  }
}
