package org.qat4j.graph;

import java.util.List;
import java.util.Set;

/**
 * The closed set of operations, in families. Each record holds what the operation is; the tensors
 * it connects are in {@link Node}, and their types select the arithmetic.
 *
 * <p>An operation answers for itself: what has no answer here that is right for every operation is
 * abstract, so that a new one cannot be forgotten. docs/numerics.md defines each one's arithmetic.
 */
public sealed interface Op
    permits ChannelOp,
        ConvertOp,
        Embedding,
        FunctionOp,
        JoinOp,
        LinearOp,
        MoveOp,
        PoolOp,
        RecurrentOp {

  /** Name in the ONNX operator set, for plans and messages. */
  String onnxName();

  /** The arithmetics that it is defined in. The first operand selects one; the others share it. */
  Set<Arithmetic> arithmetics();

  /** What it does to the elements that it reads. */
  Effect effect();

  /** The activation that is fused into it, or {@link Clip#NONE}. */
  Clip clip();

  /** Each matrix of weights that is multiplied with, and its bias; none for most operations. */
  List<Coefficients> weights();

  /**
   * Checks the inputs and computes the shape of the one output.
   *
   * @throws IllegalArgumentException with what is wrong, expected and actual
   */
  Shape outputShape(List<Tensor> inputs);

  /**
   * Checks that the output's type is one that this operation can produce.
   *
   * @throws IllegalArgumentException with what is wrong, expected and actual
   */
  void checkOutput(List<Tensor> inputs, Tensor output);

  /** Whether its output has the codes and the parameters of its input: nothing is rounded. */
  default boolean movesCodes() {
    return effect().keepsElements();
  }

  /**
   * Whether each channel is only multiplied, divided or shifted: what may stand between an input
   * and its first code without being a float island.
   */
  default boolean scalesChannels() {
    return false;
  }

  /** Multiply-accumulates for one image. */
  default long macs(List<Tensor> inputs) {
    return weights().stream()
        .mapToLong(weights -> (long) outputShape(inputs).elements() * weights.fanIn())
        .sum();
  }

  /**
   * Steps of the plainest implementation for one image: multiply-accumulates, elements that pooling
   * windows see, or else elements that are read and written.
   */
  default long operations(List<Tensor> inputs) {
    long moved = outputShape(inputs).elements();
    for (Tensor input : inputs) {
      moved += input.shape().elements();
    }
    return Math.max(moved, macs(inputs));
  }
}
