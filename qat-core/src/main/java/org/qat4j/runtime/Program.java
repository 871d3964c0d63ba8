package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.qat4j.graph.Graph;

/**
 * A graph with kernels chosen and prepared for all of its nodes, and what moves tensors between
 * them. Shared by all sessions that ask for the same graph and choice at the same time; the weights
 * are freed with the last of them.
 */
final class Program implements AutoCloseable {
  private static final Map<Key, Program> SHARED = new HashMap<>();

  /**
   * @param shown whether each node runs in a kernel of its own and its tensors come to the host
   */
  private record Key(Graph graph, Choice choice, CallerLayouts layouts, boolean shown) {}

  private final Graph graph;
  private final CallerLayouts layouts;
  private final List<StoredTensor> inputs;
  private final List<StoredTensor> outputs;
  private final List<Part> parts;
  private final List<Backend> backends;
  private int users;

  private Program(
      Graph graph,
      CallerLayouts layouts,
      List<StoredTensor> inputs,
      List<StoredTensor> outputs,
      List<Selection.Candidate> taken,
      boolean shown) {
    this.graph = graph;
    this.layouts = layouts;
    this.inputs = inputs;
    this.outputs = outputs;
    this.backends = taken.stream().map(Selection.Candidate::backend).distinct().toList();
    this.parts = Assembly.of(inputs, outputs, taken, shown);
  }

  private static Program of(Key key, Limits limits) {
    Graph graph = key.graph();
    CallerLayouts layouts = key.layouts();
    List<StoredTensor> inputs = new ArrayList<>();
    List<StoredTensor> outputs = new ArrayList<>();
    graph.inputs().forEach(input -> inputs.add(layouts.input(input)));
    graph.outputs().forEach(output -> outputs.add(layouts.output(output)));
    for (Graph.State state : graph.states()) {
      inputs.add(StoredTensor.plain(state.input()));
      outputs.add(StoredTensor.plain(state.output()));
    }
    List<Selection.Candidate> taken =
        Selection.of(graph, key.choice(), layouts, key.shown(), limits);
    return new Program(graph, layouts, inputs, outputs, taken, key.shown());
  }

  /** A program of one region, which is not shared. */
  static Program alone(Selection.Candidate candidate, CallerLayouts layouts) {
    Region region = candidate.region();
    Graph graph = region.graph();
    return new Program(
        graph,
        layouts,
        region.inputs().stream().map(input -> layouts.before(graph, input)).toList(),
        region.outputs().stream().map(output -> layouts.after(graph, output)).toList(),
        List.of(candidate),
        false);
  }

  /**
   * The program of a graph, prepared if no session uses it yet. Each call is paired with one of
   * {@link #release()}.
   *
   * @param shown whether each node runs in a kernel of its own, and every tensor is in the host's
   *     memory as soon as it is computed
   * @param limits of the memory that measuring takes
   * @throws IllegalArgumentException if the backend is absent or has no kernel for a node
   */
  static Program acquire(
      Graph graph, Choice choice, CallerLayouts layouts, boolean shown, Limits limits) {
    Key key = new Key(graph, choice, layouts, shown);
    synchronized (SHARED) {
      Program program = SHARED.get(key);
      if (program == null) {
        program = of(key, limits);
        SHARED.put(key, program);
      }
      program.users++;
      return program;
    }
  }

  void release() {
    synchronized (SHARED) {
      users--;
      if (users == 0) {
        SHARED.values().remove(this);
        close();
      }
    }
  }

  /** Frees the weights. */
  @Override
  public void close() {
    parts.forEach(part -> part.kernel().close());
  }

  Graph graph() {
    return graph;
  }

  /** Of callers' arrays. */
  CallerLayouts layouts() {
    return layouts;
  }

  /** What a caller provides, where it is copied to, then what the session keeps. */
  List<StoredTensor> inputs() {
    return inputs;
  }

  /** What a caller gets, where it is copied from, then what the session will keep. */
  List<StoredTensor> outputs() {
    return outputs;
  }

  /** In execution order. */
  List<Part> parts() {
    return parts;
  }

  /** Whose kernels are used. */
  List<Backend> backends() {
    return backends;
  }

  /** Everything that has memory: what callers give, and what the parts write. */
  Stream<StoredTensor> stored() {
    return Stream.concat(inputs.stream(), parts.stream().flatMap(part -> part.writes().stream()));
  }
}
