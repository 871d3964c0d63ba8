package org.qat4j.runtime.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Node;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.RecurrentOp;
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
    if (isSupported(region)) {
      kernel(region)
          .ifPresent(
              kernel -> new Offer(region, SPEED, kernel).inEitherOrder().forEach(offers::add));
    }
  }

  private static Optional<Supplier<Kernel>> kernel(Region region) {
    Op first = region.first().op();
    Tensor input = region.input();
    Tensor output = region.output();
    if (region.matches(ConvertOp.Quantize.class)) {
      return Optional.of(() -> new QuantizeOneDnn(input, output));
    }
    if (input.arithmetic() != Arithmetic.CODES) {
      return dynamic(region);
    }
    if (region.matches(ConvertOp.Dequantize.class)) {
      return Optional.of(() -> new DequantizeOneDnn(input, output));
    }
    if (region.matches(PoolOp.MaxPool.class) && first instanceof PoolOp.MaxPool pool) {
      return MaxPoolOneDnn.supports(pool.window())
          ? Optional.of(() -> new MaxPoolOneDnn(pool.window(), input, output))
          : Optional.empty();
    }
    if (region.matches(JoinOp.Add.class) && first instanceof JoinOp.Add add) {
      List<Tensor> operands = region.graph().inputsOf(region.first());
      return Optional.of(() -> new AddOneDnn(add.clip(), operands.get(0), operands.get(1), output));
    }
    if (region.matches(LinearOp.Conv.class, JoinOp.Add.class)) {
      return convAndAdd(region);
    }
    return ConvolutionView.of(region).flatMap(OneDnnBackend::layer);
  }

  /** Layers of codes whose scale is computed while running. */
  private static Optional<Supplier<Kernel>> dynamic(Region region) {
    Op op = region.first().op();
    List<Tensor> operands = region.graph().inputsOf(region.first());
    if (region.matches(LinearOp.Dense.class) && op instanceof LinearOp.Dense dense) {
      return Optional.of(() -> new DynamicDenseOneDnn(dense, operands.get(0), region.output()));
    }
    if (region.matches(RecurrentOp.class) && op instanceof RecurrentOp recurrent) {
      return Optional.of(() -> new RecurrentOneDnn(recurrent, operands, region.output()));
    }
    return Optional.empty();
  }

  private static boolean isSupported(Region region) {
    return Stream.concat(region.inputs().stream(), Stream.of(region.output()))
            .allMatch(OneDnnBackend::isSupported)
        && region.nodes().stream()
            .flatMap(node -> node.op().weights().stream())
            .allMatch(OneDnnBackend::isExact);
  }

  private static boolean isSupported(Tensor tensor) {
    return switch (ElementType.of(tensor)) {
      case U8, S8, F32 -> true;
      case U16, S16 -> false;
    };
  }

  private static boolean isExact(Coefficients weights) {
    return switch (weights.arithmetic()) {
      case CODES -> weights.codes().weights().isInt8();
      case DYNAMIC_CODES -> DynamicProduct.exists(weights.dynamicCodes().weights());
      case REALS -> false;
    };
  }

  private static Optional<Supplier<Kernel>> convAndAdd(Region region) {
    ConvolutionView layer =
        ConvolutionView.of(Region.of(region.graph(), region.first())).orElseThrow();
    JoinOp.Add add = (JoinOp.Add) region.last().op();
    List<Tensor> operands = region.graph().inputsOf(region.last());
    Tensor mine = layer.output();
    Tensor other = operands.get(operands.get(0).equals(mine) ? 1 : 0);
    return ElementType.of(mine).bytes() == 1 && !other.equals(mine) && isInt8(layer)
        ? Optional.of(
            () -> new ConvOneDnn(layer, new AddOneDnn(add.clip(), mine, other, region.output())))
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
