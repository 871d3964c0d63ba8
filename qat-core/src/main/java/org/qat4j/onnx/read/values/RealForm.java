package org.qat4j.onnx.read.values;

import java.util.Optional;
import org.qat4j.graph.Op;
import org.qat4j.graph.RealOp;

/** The operations on codes that exist on real numbers too. */
public final class RealForm {
  private RealForm() {}

  /**
   * The same operation on real numbers.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static RealOp of(Op op) {
    return Optional.<RealOp>empty()
        .or(() -> pooling(op))
        .or(() -> image(op))
        .or(() -> plain(op))
        .orElseThrow(
            () -> new IllegalArgumentException(op.onnxName() + " has no form on real numbers"));
  }

  private static Optional<RealOp> pooling(Op op) {
    if (op instanceof Op.MaxPool pool) {
      return Optional.of(new RealOp.MaxPool(pool.window()));
    }
    if (op instanceof Op.AveragePool pool) {
      return Optional.of(new RealOp.AveragePool(pool.window(), pool.countPadding()));
    }
    return op instanceof Op.GlobalAveragePool
        ? Optional.of(new RealOp.GlobalAveragePool())
        : Optional.empty();
  }

  private static Optional<RealOp> image(Op op) {
    if (op instanceof Op.Pad pad) {
      return Optional.of(new RealOp.Pad(pad.top(), pad.left(), pad.bottom(), pad.right()));
    }
    return op instanceof Op.Upsample upsample
        ? Optional.of(new RealOp.Upsample(upsample.heightFactor(), upsample.widthFactor()))
        : Optional.empty();
  }

  private static Optional<RealOp> plain(Op op) {
    if (op instanceof Op.Add) {
      return Optional.of(new RealOp.Add());
    }
    if (op instanceof Op.LeakyRelu leaky) {
      return Optional.of(new RealOp.LeakyRelu(leaky.slope()));
    }
    return op instanceof Op.Concat ? Optional.of(new RealOp.Concat()) : Optional.empty();
  }
}
