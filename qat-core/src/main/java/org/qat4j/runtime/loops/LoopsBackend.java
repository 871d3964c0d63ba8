package org.qat4j.runtime.loops;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Backend;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.ElementType;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.Offer;
import org.qat4j.runtime.Region;
import org.qat4j.runtime.Step;

/** Java loops for everything on 8-bit codes but convolution and dense, and for sequences. */
public final class LoopsBackend implements Backend {
  /** See {@link Offer#speed()}. */
  private static final double SPEED = 10;

  private record LoopKernel(Region region, Loop<Op> loop) implements Kernel {
    @Override
    public String name() {
      return region.first().op().getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    @Override
    public Step bind(Binding binding) {
      Buffer[] inputs = binding.buffers(region.graph().inputsOf(region.first()));
      return loop.bind(region.first().op(), inputs, binding.buffer(region.output()));
    }
  }

  @Override
  public String name() {
    return "loops";
  }

  @Override
  public String description() {
    return "Java loops over native buffers";
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
        .map(node -> Region.of(graph, node))
        .filter(LoopsBackend::isSupported)
        .flatMap(region -> offer(region).stream())
        .flatMap(LoopsBackend::orders)
        .toList();
  }

  private static Stream<Offer> orders(Offer offer) {
    return offer.region().first().op() instanceof ConvertOp
        ? offer.inEitherOrder()
        : Stream.of(offer);
  }

  private static Optional<Offer> offer(Region region) {
    return Loop.of(region.first().op(), region.input())
        .map(loop -> new Offer(region, SPEED, () -> new LoopKernel(region, loop.get())));
  }

  private static boolean isSupported(Region region) {
    return Stream.concat(region.inputs().stream(), Stream.of(region.output()))
        .allMatch(LoopsBackend::isSupported);
  }

  private static boolean isSupported(Tensor tensor) {
    return switch (ElementType.of(tensor)) {
      case U8, S8, F32 -> true;
      case U16, S16 -> false;
    };
  }
}
