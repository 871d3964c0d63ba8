package org.qat4j.runtime.loops;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
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

/** Java loops for everything on 8-bit codes but convolution and dense. */
public final class LoopsBackend implements Backend {
  /** See {@link Offer#speed()}. */
  private static final double SPEED = 10;

  private static final int MOST_CHANNELS = 1 << 20;

  /** Makes the step of one node. */
  @FunctionalInterface
  private interface Loop {
    Step bind(Buffer[] inputs, Buffer output);
  }

  private record LoopKernel(String name, Region region, Loop loop) implements Kernel {
    @Override
    public Step bind(Binding binding) {
      List<Tensor> tensors = region.graph().inputsOf(region.first());
      Buffer[] inputs = tensors.stream().map(binding::buffer).toArray(Buffer[]::new);
      return loop.bind(inputs, binding.buffer(region.output()));
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
        .filter(region -> narrow(region) && fits(region))
        .flatMap(region -> offer(region).stream())
        .toList();
  }

  private static Optional<Offer> offer(Region region) {
    Op op = region.first().op();
    String name = op.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    return loop(op).map(loop -> new Offer(region, SPEED, () -> new LoopKernel(name, region, loop)));
  }

  private static boolean narrow(Region region) {
    return ElementType.of(region.output()).bytes() != 2
        && region.inputs().stream().allMatch(input -> ElementType.of(input).bytes() != 2);
  }

  /** Whether sums fit int32 and what is kept on the heap for each channel is little. */
  private static boolean fits(Region region) {
    Op op = region.first().op();
    Tensor input = region.input();
    boolean perChannel =
        op instanceof Op.Softmax
            || op instanceof Op.AveragePool
            || op instanceof Op.GlobalAveragePool;
    if (perChannel && input.shape().channels() > MOST_CHANNELS) {
      return false;
    }
    if (op instanceof Op.AveragePool pool) {
      return AveragePoolLoop.fits(pool.window().kernelArea(), input);
    }
    return !(op instanceof Op.GlobalAveragePool)
        || AveragePoolLoop.fits((long) input.shape().height() * input.shape().width(), input);
  }

  private static Optional<Loop> loop(Op op) {
    if (op instanceof Op.Quantize) {
      return Optional.of((inputs, output) -> new QuantizeLoop(inputs[0], output));
    } else if (op instanceof Op.Dequantize) {
      return Optional.of((inputs, output) -> new DequantizeLoop(inputs[0], output));
    } else if (op instanceof Op.Softmax) {
      return Optional.of((inputs, output) -> new SoftmaxLoop(inputs[0], output));
    } else if (op instanceof Op.MaxPool pool) {
      return Optional.of((inputs, output) -> new MaxPoolLoop(pool.window(), inputs[0], output));
    } else if (op instanceof Op.AveragePool pool) {
      return Optional.of(
          (inputs, output) ->
              new AveragePoolLoop(pool.window(), pool.countPadding(), inputs[0], output));
    } else if (op instanceof Op.GlobalAveragePool) {
      return Optional.of((inputs, output) -> AveragePoolLoop.global(inputs[0], output));
    } else if (op instanceof Op.Add add) {
      return Optional.of((inputs, output) -> new AddLoop(add.clip(), inputs[0], inputs[1], output));
    } else if (op instanceof Op.Requantize requantize) {
      return Optional.of((inputs, output) -> new ConcatLoop(requantize.clip(), inputs, output));
    } else if (op instanceof Op.Concat) {
      return Optional.of(
          (inputs, output) -> new ConcatLoop(org.qat4j.graph.Clip.NONE, inputs, output));
    } else if (op instanceof Op.Flatten) {
      return Optional.of((inputs, output) -> new FlattenLoop(inputs[0], output));
    } else if (op instanceof Op.Identity) {
      return Optional.of(
          (inputs, output) ->
              () -> output.bytes().put(0, inputs[0].bytes(), 0, output.bytes().capacity()));
    }
    return Optional.empty();
  }
}
