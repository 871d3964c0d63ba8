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
 * Nodes that one kernel may compute together: whatever lies on a path between two of them belongs
 * to it. A region with one output is always so.
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

  public static Region of(Graph graph, Node... nodes) {
    return new Region(graph, List.of(nodes));
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

  /** The tensors that are made here and not only read here, in execution order. */
  public List<Tensor> outputs() {
    if (nodes.size() == 1) {
      return List.of(output());
    }
    Set<String> names = nodes.stream().map(Node::name).collect(Collectors.toSet());
    return nodes.stream()
        .map(graph::outputOf)
        .filter(made -> graph.leaves(made) || isReadElsewhere(made, names))
        .toList();
  }

  /** Or nowhere: what nobody reads is computed all the same. */
  private boolean isReadElsewhere(Tensor made, Set<String> names) {
    List<Node> readers = graph.readers(made);
    return readers.isEmpty() || !readers.stream().allMatch(node -> names.contains(node.name()));
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

  /** Steps of the scalar reference for one image, as {@link Op#operations} counts them. */
  double operations() {
    return nodes.stream().mapToDouble(node -> node.op().operations(graph.inputsOf(node))).sum();
  }

  @Override
  public String toString() {
    return nodes.stream().map(Node::name).collect(Collectors.joining(" + "));
  }
}
