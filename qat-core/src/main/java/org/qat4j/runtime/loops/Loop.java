package org.qat4j.runtime.loops;

import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Supplier;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** Makes the step of one node; the reference computes what has no loop here. */
@FunctionalInterface
interface Loop<T extends Op> {
  Step bind(T op, Buffer[] inputs, Buffer output);

  /** What is kept on the heap for each channel is little up to here. */
  int MOST_CHANNELS = 1 << 20;

  /** Weights that are copied to the heap, in another order. */
  int MOST_WEIGHTS = 1 << 24;

  /**
   * A loop.
   *
   * @param prepare makes the loop and what its steps share, such as weights
   * @param fits whether the operation on such an input needs little memory, and its sums fit int32
   */
  record Entry(Function<Op, Loop<Op>> prepare, BiPredicate<Op, Tensor> fits) {}

  Map<Class<? extends Op>, Entry> OF_CODES =
      Map.ofEntries(
          of(ConvertOp.Dequantize.class, (op, in, out) -> new DequantizeLoop(in[0], out)),
          of(ConvertOp.Requantize.class, (op, in, out) -> new ConcatLoop(op.clip(), in, out)),
          of(PoolOp.MaxPool.class, (op, in, out) -> new MaxPoolLoop(op.window(), in[0], out)),
          of(
              PoolOp.AveragePool.class,
              (op, in, out) -> new AveragePoolLoop(op.window(), op.countPadding(), in[0], out),
              (op, in) -> AveragePoolLoop.fits(op.window(), in)),
          of(
              PoolOp.GlobalAveragePool.class,
              (op, in, out) -> AveragePoolLoop.global(in[0], out),
              (op, in) -> AveragePoolLoop.fits(Window.whole(in.shape()), in)),
          of(JoinOp.Add.class, (op, in, out) -> new AddLoop(op.clip(), in[0], in[1], out)),
          of(JoinOp.Concat.class, (op, in, out) -> new ConcatLoop(Clip.NONE, in, out)),
          of(MoveOp.Flatten.class, (op, in, out) -> new FlattenLoop(in[0], out)),
          of(MoveOp.Steps.class, (op, in, out) -> new StepsLoop(op, in[0], out)),
          of(MoveOp.Identity.class, Loop::copy));

  Map<Class<? extends Op>, Entry> OF_REALS =
      Map.ofEntries(
          of(ConvertOp.Quantize.class, (op, in, out) -> new QuantizeLoop(in[0], out)),
          of(
              ConvertOp.QuantizeDynamic.class,
              (op, in, out) -> new QuantizeDynamicLoop(in[0], out),
              (op, in) -> !in.shape().isImage() && in.shape().elements() <= MOST_CHANNELS),
          of(
              ChannelOp.Softmax.class,
              Loop::softmax,
              (op, in) -> in.shape().channels() <= MOST_CHANNELS),
          prepared(Embedding.class, EmbeddingLoop::prepared),
          prepared(LinearOp.Dense.class, DenseLoop::prepared),
          prepared(RecurrentOp.Lstm.class, RecurrentLoop::prepared),
          prepared(RecurrentOp.SimpleRnn.class, RecurrentLoop::prepared),
          of(MoveOp.Steps.class, (op, in, out) -> new StepsLoop(op, in[0], out)),
          of(MoveOp.Flatten.class, (op, in, out) -> new FlattenLoop(in[0], out)),
          of(MoveOp.Identity.class, Loop::copy));

  /** What makes the loop of an operation on such an input, if there is one. */
  static Optional<Supplier<Loop<Op>>> of(Op op, Tensor input) {
    Map<Class<? extends Op>, Entry> loops =
        switch (input.arithmetic()) {
          case CODES -> OF_CODES;
          case DYNAMIC_CODES -> Map.of();
          case REALS -> OF_REALS;
        };
    return Optional.ofNullable(loops.get(op.getClass()))
        .filter(entry -> entry.fits().test(op, input))
        .map(entry -> () -> entry.prepare().apply(op));
  }

  private static <T extends Op> Map.Entry<Class<? extends Op>, Entry> of(
      Class<T> op, Loop<T> loop) {
    return of(op, loop, (o, in) -> true);
  }

  private static <T extends Op> Map.Entry<Class<? extends Op>, Entry> of(
      Class<T> op, Loop<T> loop, BiPredicate<T, Tensor> fits) {
    Loop<Op> any = (o, in, out) -> loop.bind(op.cast(o), in, out);
    return Map.entry(op, new Entry(o -> any, (o, in) -> fits.test(op.cast(o), in)));
  }

  private static <T extends Op> Map.Entry<Class<? extends Op>, Entry> prepared(
      Class<T> op, Function<T, Loop<Op>> prepare) {
    return Map.entry(
        op, new Entry(o -> prepare.apply(op.cast(o)), (o, in) -> weights(o) <= MOST_WEIGHTS));
  }

  private static long weights(Op op) {
    return op.weights().stream().mapToLong(Coefficients::count).sum();
  }

  private static Step softmax(Op op, Buffer[] inputs, Buffer output) {
    return switch (output.shape().kind()) {
      case FEATURES, IMAGE -> new SoftmaxLoop(inputs[0], output);
      case SEQUENCE -> new StepSoftmaxLoop(inputs[0], output);
    };
  }

  private static Step copy(Op op, Buffer[] inputs, Buffer output) {
    return () -> output.bytes().put(0, inputs[0].bytes(), 0, output.bytes().capacity());
  }
}
