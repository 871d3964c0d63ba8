package org.qat4j.runtime.reference;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Op;
import org.qat4j.runtime.Backend;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.Offer;
import org.qat4j.runtime.Region;
import org.qat4j.runtime.Step;

/** The scalar definition of every operation. */
public final class ReferenceBackend implements Backend {
  /** Makes the step of one node. */
  @FunctionalInterface
  private interface Definition {
    Step bind(Region region, Buffer[] inputs, Buffer output);
  }

  private static final Map<Class<? extends Op>, Definition> DEFINITIONS =
      Map.ofEntries(
          Map.entry(Op.Quantize.class, RealReference::quantize),
          Map.entry(Op.Dequantize.class, RealReference::dequantize),
          Map.entry(Op.Softmax.class, RealReference::softmax),
          Map.entry(Op.Conv.class, ConvReference::conv),
          Map.entry(Op.Dense.class, ConvReference::dense),
          Map.entry(Op.MaxPool.class, PoolReference::max),
          Map.entry(Op.AveragePool.class, PoolReference::average),
          Map.entry(Op.GlobalAveragePool.class, PoolReference::globalAverage),
          Map.entry(Op.Add.class, CodeReference::add),
          Map.entry(Op.Concat.class, CodeReference::concat),
          Map.entry(Op.Requantize.class, CodeReference::requantize),
          Map.entry(Op.LeakyRelu.class, LeakyReluReference::leakyRelu),
          Map.entry(Op.Pad.class, ImageReference::pad),
          Map.entry(Op.Upsample.class, ImageReference::upsample),
          Map.entry(Op.Flatten.class, CodeReference::flatten),
          Map.entry(Op.Identity.class, CodeReference::identity),
          Map.entry(Op.Real.class, Float32Reference::real));

  private record Scalar(Region region, Definition definition) implements Kernel {
    @Override
    public String name() {
      return region.first().op() instanceof Op.Real ? "float32" : "scalar";
    }

    @Override
    public Step bind(Binding binding) {
      Buffer[] inputs =
          region.graph().inputsOf(region.first()).stream()
              .map(binding::buffer)
              .toArray(Buffer[]::new);
      return definition.bind(region, inputs, binding.buffer(region.output()));
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
    return graph.nodes().stream().flatMap(node -> offer(Region.of(graph, node)).stream()).toList();
  }

  private static Optional<Offer> offer(Region region) {
    return Optional.ofNullable(DEFINITIONS.get(region.first().op().getClass()))
        .map(definition -> new Offer(region, 1, () -> new Scalar(region, definition)));
  }
}
