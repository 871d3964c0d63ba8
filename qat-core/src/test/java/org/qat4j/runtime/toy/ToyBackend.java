package org.qat4j.runtime.toy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.runtime.Backend;
import org.qat4j.runtime.Offer;
import org.qat4j.runtime.Region;
import org.qat4j.runtime.Storage;

/**
 * Offers convolutions, sums and max pooling of codes: each alone, and together all that follow one
 * another in execution order, which nothing outside can lie between.
 *
 * @param speed that it states
 * @param delay what each of its steps waits for first
 */
public record ToyBackend(ToySpace space, ToyLayout layout, double speed, Runnable delay)
    implements Backend {
  @Override
  public String name() {
    return "toy";
  }

  @Override
  public String description() {
    return "scalar loops over memory of its own";
  }

  @Override
  public Optional<String> absence() {
    return Optional.empty();
  }

  @Override
  public boolean completesOthers() {
    return false;
  }

  @Override
  public List<Offer> offers(Graph graph) {
    List<Offer> offers = new ArrayList<>();
    List<Node> run = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (supports(graph, node)) {
        run.add(node);
        offers.add(offer(Region.of(graph, node)));
      } else {
        addRun(graph, run, offers);
        run.clear();
      }
    }
    addRun(graph, run, offers);
    return offers;
  }

  private void addRun(Graph graph, List<Node> run, List<Offer> offers) {
    if (run.size() > 1) {
      offers.add(offer(new Region(graph, run)));
    }
  }

  private static boolean supports(Graph graph, Node node) {
    return ToyOps.supports(node.op())
        && Stream.concat(graph.inputsOf(node).stream(), Stream.of(graph.outputOf(node)))
            .allMatch(tensor -> tensor.isCodes());
  }

  /** An offer of this backend, whatever the region is. */
  public Offer offer(Region region) {
    return new Offer(
        region,
        speed,
        tensor -> new Storage(space, layout),
        () -> new ToyKernel(region, layout, delay));
  }
}
