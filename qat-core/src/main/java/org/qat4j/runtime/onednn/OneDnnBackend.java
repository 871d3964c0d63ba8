package org.qat4j.runtime.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Backend;
import org.qat4j.runtime.ConvolutionView;
import org.qat4j.runtime.ElementType;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.Offer;
import org.qat4j.runtime.Region;

/** oneDNN's primitives, where they are exact. */
public final class OneDnnBackend implements Backend {
  /** See {@link Offer#speed()}. */
  private static final double SPEED = 100;

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public String description() {
    return "Intel oneDNN on the CPU, 8-bit integers (float32 holding integers where 8-bit sums saturate)";
  }

  @Override
  public Optional<String> absence() {
    return OneDnn.absence();
  }

  @Override
  public boolean completesOthers() {
    return false;
  }

  @Override
  public void enter() {
    OpenMp.useOneThread();
  }

  @Override
  public void leave() {
    OpenMp.restore();
  }

  @Override
  public List<Offer> offers(Graph graph) {
    List<Offer> offers = new ArrayList<>();
    for (Node node : graph.nodes()) {
      addIfExact(offers, Region.of(graph, node));
      graph
          .onlyReader(graph.outputOf(node))
          .ifPresent(next -> addIfExact(offers, Region.of(graph, node, next)));
    }
    return offers;
  }

  private static void addIfExact(List<Offer> offers, Region region) {
    if (isNarrow(region)) {
      kernel(region).ifPresent(kernel -> offers.add(new Offer(region, SPEED, kernel)));
    }
  }

  private static Optional<Supplier<Kernel>> kernel(Region region) {
    Op first = region.first().op();
    Tensor input = region.input();
    Tensor output = region.output();
    if (region.matches(Op.Quantize.class)) {
      return Optional.of(() -> new QuantizeOneDnn(input, output));
    }
    if (region.matches(Op.Dequantize.class)) {
      return Optional.of(() -> new DequantizeOneDnn(input, output));
    }
    if (region.matches(Op.MaxPool.class) && first instanceof Op.MaxPool pool) {
      return MaxPoolOneDnn.supports(pool.window())
          ? Optional.of(() -> new MaxPoolOneDnn(pool.window(), input, output))
          : Optional.empty();
    }
    if (region.matches(Op.Add.class) && first instanceof Op.Add add) {
      List<Tensor> operands = region.graph().inputsOf(region.first());
      return Optional.of(() -> new AddOneDnn(add.clip(), operands.get(0), operands.get(1), output));
    }
    if (region.matches(Op.Conv.class, Op.Add.class)) {
      return convAndAdd(region);
    }
    return ConvolutionView.of(region).flatMap(OneDnnBackend::layer);
  }

  private static boolean isNarrow(Region region) {
    return region.inputs().stream().allMatch(input -> ElementType.of(input).bytes() != 2)
        && ElementType.of(region.output()).bytes() != 2
        && region.nodes().stream().allMatch(node -> hasNarrowWeights(node.op()));
  }

  private static boolean hasNarrowWeights(Op op) {
    return op instanceof Op.Conv conv
        ? conv.weights().isInt8()
        : !(op instanceof Op.Dense dense) || dense.weights().isInt8();
  }

  private static Optional<Supplier<Kernel>> convAndAdd(Region region) {
    ConvolutionView layer =
        ConvolutionView.of(Region.of(region.graph(), region.first())).orElseThrow();
    Op.Add add = (Op.Add) region.last().op();
    List<Tensor> operands = region.graph().inputsOf(region.last());
    Tensor mine = layer.output();
    Tensor other = operands.get(operands.get(0).equals(mine) ? 1 : 0);
    AddOneDnn addition = new AddOneDnn(add.clip(), mine, other, region.output());
    return ElementType.of(mine).bytes() == 1 && !other.equals(mine) && isInt8(layer)
        ? Optional.of(() -> new ConvOneDnn(layer, addition))
        : Optional.empty();
  }

  private static Optional<Supplier<Kernel>> layer(ConvolutionView layer) {
    if (!isInt8(layer)) {
      return ExactFloatConvOneDnn.of(layer);
    }
    return Optional.of(() -> layer.isDense() ? new DenseOneDnn(layer) : new ConvOneDnn(layer));
  }

  private static boolean isInt8(ConvolutionView layer) {
    return OneDnn.int8Exact() && layer.weights().isSymmetric();
  }
}
