package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;

/** An order in which regions can run. */
final class Order {
  private Order() {}

  /**
   * Each of the regions after those that it reads from; else by their last nodes' places in the
   * graph, so that what a region reads waits no longer than it must. Nodes outside all regions are
   * taken for regions of their own.
   *
   * @param parts what is ordered, of disjoint regions
   * @return empty if some wait for each other
   */
  static <T> Optional<List<T>> of(Graph graph, List<T> parts, Function<T, Region> region) {
    Map<String, Integer> groups = new HashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      for (Node node : region.apply(parts.get(i)).nodes()) {
        groups.put(node.name(), i);
      }
    }
    int count = parts.size();
    for (Node node : graph.nodes()) {
      count += groups.putIfAbsent(node.name(), count) == null ? 1 : 0;
    }
    List<T> ordered = new ArrayList<>();
    List<Integer> order = order(graph, groups, count);
    order.stream().filter(group -> group < parts.size()).map(parts::get).forEach(ordered::add);
    return order.size() == count ? Optional.of(ordered) : Optional.empty();
  }

  /** As many groups, by number, as do not wait for each other. */
  private static List<Integer> order(Graph graph, Map<String, Integer> groups, int count) {
    int[] last = new int[count];
    int[] waiting = new int[count];
    List<Set<Integer>> readers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      readers.add(new HashSet<>());
    }
    for (int i = 0; i < graph.nodes().size(); i++) {
      Node node = graph.nodes().get(i);
      int group = groups.get(node.name());
      last[group] = i;
      for (Node from : producers(graph, node)) {
        int source = groups.get(from.name());
        waiting[group] += source != group && readers.get(source).add(group) ? 1 : 0;
      }
    }
    PriorityQueue<Integer> ready = new PriorityQueue<>(Comparator.comparingInt(i -> last[i]));
    for (int i = 0; i < count; i++) {
      if (waiting[i] == 0) {
        ready.add(i);
      }
    }
    List<Integer> order = new ArrayList<>();
    while (!ready.isEmpty()) {
      int next = ready.remove();
      order.add(next);
      for (int reader : readers.get(next)) {
        waiting[reader]--;
        if (waiting[reader] == 0) {
          ready.add(reader);
        }
      }
    }
    return order;
  }

  private static List<Node> producers(Graph graph, Node node) {
    return graph.inputsOf(node).stream().flatMap(t -> graph.producer(t).stream()).toList();
  }
}
