package org.qat4j.runtime.reference;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.runtime.Backend;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.Offer;
import org.qat4j.runtime.Region;
import org.qat4j.runtime.Step;

/** The scalar definition of every operation. */
public final class ReferenceBackend implements Backend {
  private record Scalar(Region region, Definition definition) implements Kernel {
    @Override
    public String name() {
      return definition.name();
    }

    @Override
    public Step bind(Binding binding) {
      Buffer[] inputs = binding.buffers(region.graph().inputsOf(region.first()));
      return definition.loop().bind(region.first().op(), inputs, binding.buffer(region.output()));
    }
  }

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String description() {
    return "plain scalar Java loops, the definition of the arithmetic";
  }

  @Override
  public Optional<String> absence() {
    return Optional.empty();
  }

  @Override
  public boolean completesOthers() {
    return true;
  }

  @Override
  public List<Offer> offers(Graph graph) {
    return graph.nodes().stream()
        .flatMap(node -> offer(Region.of(graph, node)).stream())
        .flatMap(ReferenceBackend::orders)
        .toList();
  }

  private static Stream<Offer> orders(Offer offer) {
    return offer.region().first().op() instanceof ConvertOp
        ? offer.inEitherOrder()
        : Stream.of(offer);
  }

  private static Optional<Offer> offer(Region region) {
    return Definition.of(region.first().op().getClass(), region.input().arithmetic())
        .map(definition -> new Offer(region, 1, () -> new Scalar(region, definition)));
  }
}
