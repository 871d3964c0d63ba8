package org.qat4j.layers;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.qat4j.graph.Clip;

/** Which of Deeplearning4j's activation functions can be fused into requantization. */
public final class Activations {
  private Activations() {}

  public static boolean isFusible(IActivation activation) {
    return activation instanceof ActivationIdentity
        || activation instanceof ActivationReLU6
        || activation.equals(new ActivationReLU());
  }

  /**
   * The clamp that the function is.
   *
   * @throws IllegalArgumentException if the function is not fusible
   */
  public static Clip clip(IActivation activation) {
    if (!isFusible(activation)) {
      throw new IllegalArgumentException(
          "activation '" + activation + "' cannot be fused: expected identity, relu or relu6");
    }
    return activation instanceof ActivationIdentity
        ? Clip.NONE
        : activation instanceof ActivationReLU6 ? Clip.RELU6 : Clip.RELU;
  }
}
