package org.qat4j.runtime.reference;

import java.util.Map;
import java.util.Optional;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/**
 * What an operation computes in one arithmetic.
 *
 * @param name for plans: scalar, or float32 for what a float island computes
 */
record Definition(String name, Loop<Op> loop) {
  /** Makes the step of one node. */
  @FunctionalInterface
  interface Loop<T extends Op> {
    Step bind(T op, Buffer[] inputs, Buffer output);
  }

  /** Makes the formula of one node on real numbers. */
  @FunctionalInterface
  interface Formula<T extends Op> {
    Float32Reference.Element of(T op, Buffer[] inputs);
  }

  /** A test holds the tables to what the closed set of operations says of itself. */
  private static final Map<Class<? extends Op>, Definition> OF_CODES =
      Map.ofEntries(
          scalar(ConvertOp.Dequantize.class, ConvertReference::dequantize),
          scalar(ConvertOp.Requantize.class, ConvertReference::requantize),
          scalar(LinearOp.Conv.class, LinearReference::conv),
          scalar(LinearOp.Dense.class, LinearReference::dense),
          scalar(PoolOp.MaxPool.class, PoolReference::max),
          scalar(PoolOp.AveragePool.class, PoolReference::average),
          scalar(PoolOp.GlobalAveragePool.class, PoolReference::globalAverage),
          scalar(JoinOp.Add.class, JoinReference::add),
          scalar(JoinOp.Concat.class, JoinReference::concat),
          scalar(FunctionOp.LeakyRelu.class, LeakyReluReference::leakyRelu),
          scalar(MoveOp.Pad.class, MoveReference::pad),
          scalar(MoveOp.Upsample.class, MoveReference::upsample),
          scalar(MoveOp.Steps.class, MoveReference::steps),
          scalar(MoveOp.Flatten.class, MoveReference::flatten),
          scalar(MoveOp.Identity.class, MoveReference::identity));

  private static final Map<Class<? extends Op>, Definition> OF_DYNAMIC_CODES =
      Map.ofEntries(
          scalar(LinearOp.Dense.class, LinearReference::dynamicDense),
          scalar(RecurrentOp.Lstm.class, RecurrentReference::lstm),
          scalar(RecurrentOp.SimpleRnn.class, RecurrentReference::simpleRnn));

  private static final Map<Class<? extends Op>, Definition> OF_REALS =
      Map.ofEntries(
          scalar(ConvertOp.QuantizeDynamic.class, ConvertReference::quantizeDynamic),
          scalar(ConvertOp.Quantize.class, ConvertReference::quantize),
          scalar(ChannelOp.Softmax.class, SoftmaxReference::softmax),
          scalar(Embedding.class, EmbeddingReference::embedding),
          scalar(MoveOp.Steps.class, MoveReference::steps),
          scalar(MoveOp.Flatten.class, MoveReference::flatten),
          scalar(MoveOp.Identity.class, MoveReference::identity),
          float32(LinearOp.Conv.class, Float32Reference::conv),
          float32(LinearOp.Dense.class, Float32Reference::dense),
          scalar(RecurrentOp.Lstm.class, RecurrentReference::lstm),
          scalar(RecurrentOp.SimpleRnn.class, RecurrentReference::simpleRnn),
          float32(ChannelOp.ScaleShift.class, Float32Reference::scaleShift),
          float32(ChannelOp.Divide.class, Float32Reference::divide),
          float32(PoolOp.MaxPool.class, Float32Reference::max),
          float32(PoolOp.AveragePool.class, Float32Reference::average),
          float32(PoolOp.GlobalAveragePool.class, Float32Reference::globalAverage),
          float32(MoveOp.Pad.class, Float32Reference::pad),
          float32(MoveOp.Upsample.class, Float32Reference::upsample),
          float32(JoinOp.Concat.class, Float32Reference::concat),
          float32(JoinOp.Add.class, Float32Reference::pairs),
          float32(JoinOp.Mul.class, Float32Reference::pairs),
          float32(FunctionOp.Clamp.class, Float32Reference::function),
          float32(FunctionOp.LeakyRelu.class, Float32Reference::function),
          float32(FunctionOp.Sigmoid.class, Float32Reference::function),
          float32(FunctionOp.Tanh.class, Float32Reference::function),
          float32(FunctionOp.HardSigmoid.class, Float32Reference::function),
          float32(FunctionOp.HardSwish.class, Float32Reference::function));

  /** Empty if the operation is not defined in this arithmetic. */
  static Optional<Definition> of(Class<? extends Op> op, Arithmetic arithmetic) {
    Map<Class<? extends Op>, Definition> definitions =
        switch (arithmetic) {
          case CODES -> OF_CODES;
          case DYNAMIC_CODES -> OF_DYNAMIC_CODES;
          case REALS -> OF_REALS;
        };
    return Optional.ofNullable(definitions.get(op));
  }

  private static <T extends Op> Map.Entry<Class<? extends Op>, Definition> scalar(
      Class<T> op, Loop<T> loop) {
    return Map.entry(op, new Definition("scalar", (o, in, out) -> loop.bind(op.cast(o), in, out)));
  }

  private static <T extends Op> Map.Entry<Class<? extends Op>, Definition> float32(
      Class<T> op, Formula<T> formula) {
    return Map.entry(
        op,
        new Definition(
            "float32", (o, in, out) -> Float32Reference.step(formula.of(op.cast(o), in), out)));
  }
}
