package org.qat4j.runtime.loops;

import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
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

  /**
   * A loop.
   *
   * @param fits whether the operation on such an input needs little memory, and its sums fit int32
   */
  record Entry(Loop<Op> loop, BiPredicate<Op, Tensor> fits) {}

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
          of(MoveOp.Identity.class, Loop::copy));

  Map<Class<? extends Op>, Entry> OF_REALS =
      Map.ofEntries(
          of(ConvertOp.Quantize.class, (op, in, out) -> new QuantizeLoop(in[0], out)),
          of(
              ChannelOp.Softmax.class,
              (op, in, out) -> new SoftmaxLoop(in[0], out),
              (op, in) -> in.shape().channels() <= MOST_CHANNELS),
          of(MoveOp.Flatten.class, (op, in, out) -> new FlattenLoop(in[0], out)),
          of(MoveOp.Identity.class, Loop::copy));

  /** The loop of an operation on such an input, if there is one. */
  static Optional<Loop<Op>> of(Op op, Tensor input) {
    Map<Class<? extends Op>, Entry> loops =
        switch (input.arithmetic()) {
          case CODES -> OF_CODES;
          case DYNAMIC_CODES -> Map.of();
          case REALS -> OF_REALS;
        };
    return Optional.ofNullable(loops.get(op.getClass()))
        .filter(entry -> entry.fits().test(op, input))
        .map(Entry::loop);
  }

  private static <T extends Op> Map.Entry<Class<? extends Op>, Entry> of(
      Class<T> op, Loop<T> loop) {
    return of(op, loop, (o, in) -> true);
  }

  private static <T extends Op> Map.Entry<Class<? extends Op>, Entry> of(
      Class<T> op, Loop<T> loop, BiPredicate<T, Tensor> fits) {
    return Map.entry(
        op,
        new Entry(
            (o, in, out) -> loop.bind(op.cast(o), in, out), (o, in) -> fits.test(op.cast(o), in)));
  }

  private static Step copy(Op op, Buffer[] inputs, Buffer output) {
    return () -> output.bytes().put(0, inputs[0].bytes(), 0, output.bytes().capacity());
  }
}
