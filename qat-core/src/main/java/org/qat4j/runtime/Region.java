package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;

/**
 * A chain of nodes that one kernel may compute together: each one but the last has no reader but
 * the next.
 *
 * @param nodes in execution order, at least one
 */
public record Region(Graph graph, List<Node> nodes) {
  public Region {
    nodes = List.copyOf(nodes);
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException("a region needs at least one node");
    }
  }

  public Node first() {
    return nodes.get(0);
  }

  public Node last() {
    return nodes.get(nodes.size() - 1);
  }

  /** Whether the nodes' operations are exactly of these classes, in this order. */
  @SafeVarargs
  public final boolean matches(Class<? extends Op>... operations) {
    if (operations.length != nodes.size()) {
      return false;
    }
    for (int i = 0; i < operations.length; i++) {
      if (!operations[i].isInstance(nodes.get(i).op())) {
        return false;
      }
    }
    return true;
  }

  /** The tensors that come from outside, in reading order. */
  public List<Tensor> inputs() {
    Set<String> made = nodes.stream().map(Node::output).collect(Collectors.toSet());
    Set<String> read = new LinkedHashSet<>();
    nodes.forEach(node -> read.addAll(node.inputs()));
    List<Tensor> inputs = new ArrayList<>();
    for (String name : read) {
      if (!made.contains(name)) {
        inputs.add(graph.tensor(name));
      }
    }
    return inputs;
  }

  /** The first input of the first node. */
  public Tensor input() {
    return graph.tensor(first().inputs().get(0));
  }

  /** What the last node writes. */
  public Tensor output() {
    return graph.outputOf(last());
  }

  /** Multiply-accumulates for one image. */
  public long macs() {
    return nodes.stream().mapToLong(node -> node.op().macs(graph.inputsOf(node))).sum();
  }

  @Override
  public String toString() {
    return nodes.stream().map(Node::name).collect(Collectors.joining(" + "));
  }
}
