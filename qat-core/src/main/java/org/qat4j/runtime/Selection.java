package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;

/**
 * Takes offers until every node is computed by one. Goes through the nodes in execution order; for
 * each that nothing computes yet, takes that offer among those for it which
 *
 * <ol>
 *   <li>comes from the backend that was asked for by name, if one was,
 *   <li>saves most operations of the scalar reference: of its nodes' n operations at speed s,
 *       {@code n - n / s}, less what it costs to bring its inputs and outputs where they are
 *       needed,
 *   <li>computes most nodes,
 *   <li>is faster, or else comes from the backend that was registered first.
 * </ol>
 */
final class Selection {
  /** An element is reordered as fast as the reference does something with one. */
  private static final double OPERATIONS_PER_REORDERED_ELEMENT = 1;

  private static final double OPERATIONS_PER_COPIED_BYTE = 0.125;

  private final Graph graph;
  private final Choice choice;
  private final CallerLayouts layouts;
  private final Limits limits;
  private final Map<String, List<Candidate>> candidates = new HashMap<>();
  private final List<Candidate> taken = new ArrayList<>();
  private final Set<String> covered = new HashSet<>();
  private final Map<String, Storage> written = new HashMap<>();
  private boolean forked;

  /** An offer and who makes it. */
  record Candidate(Backend backend, Offer offer) {
    Region region() {
      return offer.region();
    }

    /** Regions with one output end before all that reads it, so they never wait for each other. */
    boolean isForked() {
      return region().outputs().size() > 1;
    }
  }

  private Selection(
      Graph graph, Choice choice, CallerLayouts layouts, boolean oneByOne, Limits limits) {
    this.graph = graph;
    this.choice = choice;
    this.layouts = layouts;
    this.limits = limits;
    for (Backend backend : choice.backends().candidates(choice.backend())) {
      for (Offer offer : backend.offers(graph)) {
        if (!oneByOne || offer.region().nodes().size() == 1) {
          add(new Candidate(backend, offer));
        }
      }
    }
  }

  private void add(Candidate candidate) {
    Region region = candidate.region();
    if (candidate.isForked() && Order.of(graph, List.of(candidate), Candidate::region).isEmpty()) {
      throw new IllegalArgumentException(
          "backend '"
              + candidate.backend().name()
              + "' offers '"
              + region
              + "', but a node between them is left out: a region must be convex");
    }
    for (Node node : region.nodes()) {
      candidates.computeIfAbsent(node.name(), name -> new ArrayList<>()).add(candidate);
    }
  }

  /**
   * The offers taken, each after those whose results it reads.
   *
   * @param layouts where inputs are and outputs have to be
   * @param oneByOne whether each node is to be computed alone
   * @param limits of the memory of offers that are tried
   * @throws IllegalArgumentException if the backend is absent, or nobody has a kernel for a node
   */
  static List<Candidate> of(
      Graph graph, Choice choice, CallerLayouts layouts, boolean oneByOne, Limits limits) {
    Selection selection = new Selection(graph, choice, layouts, oneByOne, limits);
    graph.nodes().forEach(selection::cover);
    return Order.of(graph, selection.taken, Candidate::region).orElseThrow();
  }

  private void cover(Node node) {
    if (!covered.contains(node.name())) {
      List<Candidate> free =
          candidates.getOrDefault(node.name(), List.of()).stream().filter(this::isFree).toList();
      Candidate best = free.stream().max(preference()).orElseThrow(() -> noKernel(node));
      if (choice.by() == Choice.By.MEASUREMENT) {
        best = Trial.fastest(alike(free, best), best, layouts, limits);
      }
      take(best);
    }
  }

  private void take(Candidate candidate) {
    taken.add(candidate);
    forked |= candidate.isForked();
    candidate.region().nodes().forEach(node -> covered.add(node.name()));
    for (Tensor output : candidate.region().outputs()) {
      written.put(output.name(), candidate.offer().stored(output).storage());
    }
  }

  /** Whether it can be taken after those that are, and nothing waits for what waits for it. */
  private boolean isFree(Candidate candidate) {
    if (candidate.region().nodes().stream().anyMatch(node -> covered.contains(node.name()))) {
      return false;
    }
    if (candidate.isForked() || forked) {
      List<Candidate> all = new ArrayList<>(taken);
      all.add(candidate);
      return Order.of(graph, all, Candidate::region).isPresent();
    }
    return true;
  }

  private Comparator<Candidate> preference() {
    return Comparator.<Candidate, Boolean>comparing(one -> choice.isRequested(one.backend()))
        .thenComparingDouble(this::saving)
        .thenComparingInt(one -> one.region().nodes().size())
        .thenComparingDouble(one -> one.offer().speed());
  }

  private double saving(Candidate candidate) {
    Region region = candidate.region();
    double moved = 0;
    for (Tensor input : region.inputs()) {
      Storage there = written.getOrDefault(input.name(), layouts.before(graph, input).storage());
      moved += move(input, there, candidate.offer().stored(input).storage());
    }
    for (Tensor output : region.outputs()) {
      Storage storage = candidate.offer().stored(output).storage();
      Storage needed = layouts.after(graph, output).storage();
      moved +=
          storage.equals(needed) || isReadSo(output, storage) ? 0 : move(output, storage, needed);
    }
    return region.operations() * (1 - 1 / candidate.offer().speed()) - moved;
  }

  /** The offers for the same nodes as one of them, from the requested backend if that is. */
  private List<Candidate> alike(List<Candidate> free, Candidate one) {
    return free.stream()
        .filter(other -> choice.isRequested(other.backend()) == choice.isRequested(one.backend()))
        .filter(other -> names(other).equals(names(one)))
        .toList();
  }

  private static List<String> names(Candidate candidate) {
    return candidate.region().nodes().stream().map(Node::name).toList();
  }

  /** Whether all that read a tensor could have it in this storage. */
  private boolean isReadSo(Tensor tensor, Storage storage) {
    return !graph.leaves(tensor)
        && graph.readers(tensor).stream()
            .allMatch(
                reader ->
                    candidates.getOrDefault(reader.name(), List.of()).stream()
                        .anyMatch(one -> one.offer().stored(tensor).storage().equals(storage)));
  }

  private static double move(Tensor tensor, Storage from, Storage to) {
    double elements = tensor.shape().elements();
    double bytes = elements * ElementType.of(tensor).bytes();
    return (from.layout().equals(to.layout()) ? 0 : elements * OPERATIONS_PER_REORDERED_ELEMENT)
        + (from.space() == to.space() ? 0 : bytes * OPERATIONS_PER_COPIED_BYTE);
  }

  private IllegalArgumentException noKernel(Node node) {
    return new IllegalArgumentException(
        "backend '"
            + choice.backend()
            + "' has no exact kernel for node '"
            + node.name()
            + "' ("
            + node.op().onnxName()
            + ") from "
            + graph.inputsOf(node)
            + " to "
            + graph.outputOf(node));
  }
}
