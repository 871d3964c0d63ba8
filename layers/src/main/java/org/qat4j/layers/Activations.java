package org.qat4j.layers;

import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.qat4j.graph.Clip;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.Op;

/**
 * What Deeplearning4j's activation functions are in deployment: clamps are fused into
 * requantization, some others are operations of their own.
 */
public final class Activations {
  private static final Clip HARD_TANH = new Clip(-1, 1);

  private Activations() {}

  /** Whether the function is a clamp. */
  public static boolean isFusible(IActivation activation) {
    return activation instanceof ActivationIdentity
        || activation instanceof ActivationReLU6
        || activation instanceof ActivationHardTanH
        || activation.equals(new ActivationReLU());
  }

  /** The function itself if it is a clamp, else identity: its own layer computes it. */
  public static IActivation clampOf(IActivation activation) {
    return isFusible(activation) ? activation : new ActivationIdentity();
  }

  /** Whether the function can be deployed, fused or as an operation of its own. */
  public static boolean isSupported(IActivation activation) {
    return isFusible(activation) || operation(activation).isPresent();
  }

  /**
   * The clamp that the function is.
   *
   * @throws IllegalArgumentException if the function is not fusible
   */
  public static Clip clip(IActivation activation) {
    if (!isFusible(activation)) {
      throw new IllegalArgumentException(
          "activation '"
              + activation
              + "' cannot be fused: expected identity, relu, relu6 or hardtanh");
    }
    if (activation instanceof ActivationHardTanH) {
      return HARD_TANH;
    }
    return activation instanceof ActivationIdentity
        ? Clip.NONE
        : activation instanceof ActivationReLU6 ? Clip.RELU6 : Clip.RELU;
  }

  /**
   * The operation that computes a function that is no clamp: on codes, or on real numbers in a
   * float island.
   */
  public static Optional<Op> operation(IActivation activation) {
    if (activation instanceof ActivationLReLU leaky) {
      float slope = (float) leaky.getAlpha();
      return slope >= 0 && Float.isFinite(slope)
          ? Optional.of(new FunctionOp.LeakyRelu(slope))
          : Optional.empty();
    }
    if (activation instanceof ActivationTanH) {
      return Optional.of(new FunctionOp.Tanh());
    }
    if (activation instanceof ActivationSigmoid) {
      return Optional.of(new FunctionOp.Sigmoid());
    }
    return activation instanceof ActivationHardSigmoid
        ? Optional.of(new FunctionOp.HardSigmoid(0.2f, 0.5f))
        : Optional.empty();
  }
}
