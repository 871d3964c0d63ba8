package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;

/**
 * A graph with a kernel chosen and prepared for each of its nodes. Shared by all sessions that ask
 * for the same graph and backend at the same time; the weights are freed with the last of them.
 */
final class Program {
  private static final Map<Key, Program> SHARED = new HashMap<>();
  private static final int LONGEST_REGION = 4;

  /**
   * @param fused whether one kernel may compute several nodes
   */
  private record Key(Graph graph, String backend, boolean fused) {}

  /** One kernel, the nodes that it computes, and where it comes from. */
  record Part(Region region, Backend backend, Kernel kernel) {}

  private final Key key;
  private final List<Part> parts;
  private final List<Backend> backends;
  private int users;

  private Program(Key key, List<Part> parts) {
    this.key = key;
    this.parts = parts;
    this.backends = parts.stream().map(Part::backend).distinct().toList();
  }

  /**
   * The program of a graph, prepared if no session uses it yet. Each call is paired with one of
   * {@link #release()}.
   *
   * @throws IllegalArgumentException if the backend is absent or has no kernel for a node
   */
  static Program acquire(Graph graph, String backend, boolean fused) {
    Key key = new Key(graph, backend, fused);
    synchronized (SHARED) {
      Program program = SHARED.get(key);
      if (program == null) {
        program = new Program(key, choose(key));
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
        SHARED.remove(key);
        close(parts);
      }
    }
  }

  Graph graph() {
    return key.graph();
  }

  /** In execution order. */
  List<Part> parts() {
    return parts;
  }

  List<Backend> backends() {
    return backends;
  }

  private static List<Part> choose(Key key) {
    List<Backend> candidates = Backends.candidates(key.backend());
    Set<String> covered = new HashSet<>();
    List<Part> parts = new ArrayList<>();
    try {
      for (Node node : key.graph().nodes()) {
        if (!covered.contains(node.name())) {
          Part part = part(key, node, covered, candidates);
          part.region().nodes().forEach(computed -> covered.add(computed.name()));
          parts.add(part);
        }
      }
    } catch (RuntimeException e) {
      close(parts);
      throw e;
    }
    // A region runs where its last node stands: all that it reads from outside is ready there.
    Map<String, Integer> positions = new HashMap<>();
    key.graph().nodes().forEach(node -> positions.put(node.name(), positions.size()));
    parts.sort(Comparator.comparingInt(part -> positions.get(part.region().last().name())));
    return List.copyOf(parts);
  }

  private static Part part(Key key, Node first, Set<String> covered, List<Backend> candidates) {
    List<Node> chain = chain(key.graph(), first, covered, key.fused() ? LONGEST_REGION : 1);
    for (int length = chain.size(); length > 0; length--) {
      Region region = new Region(key.graph(), chain.subList(0, length));
      for (Backend backend : candidates) {
        Optional<Kernel> kernel = backend.kernel(region);
        if (kernel.isPresent()) {
          return new Part(region, backend, kernel.get());
        }
      }
    }
    throw new IllegalArgumentException(
        "backend '"
            + key.backend()
            + "' has no exact kernel for node '"
            + first.name()
            + "' ("
            + first.op().onnxName()
            + ") from "
            + key.graph().inputsOf(first)
            + " to "
            + key.graph().outputOf(first));
  }

  private static List<Node> chain(Graph graph, Node first, Set<String> covered, int longest) {
    List<Node> chain = new ArrayList<>(List.of(first));
    while (chain.size() < longest) {
      Optional<Node> next = graph.onlyReader(graph.outputOf(chain.get(chain.size() - 1)));
      if (next.isEmpty() || covered.contains(next.get().name())) {
        break;
      }
      chain.add(next.get());
    }
    return chain;
  }

  private static void close(List<Part> parts) {
    parts.forEach(part -> part.kernel().close());
  }
}
