package org.qat4j.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Training of the float network.
 *
 * @param epochs passes over the training images; 0 to quantize the network as it is
 * @param batch images per step
 * @param optimizer that turns gradients into steps, here and in quantization-aware training
 * @param learningRate the largest one: at the first step, or after the warm-up
 * @param warmUp fraction of the steps in which the learning rate rises to its largest value
 * @param fall how it then goes down to 0 at the last step
 * @param weightDecay factor of each weight that is added to its gradient, here and in
 *     quantization-aware training
 * @param fastLayers whether training uses qat4j's layers, without quantization, in the place of
 *     Deeplearning4j's
 */
public record FloatConfig(
    int epochs,
    int batch,
    Optimizer optimizer,
    double learningRate,
    double warmUp,
    Fall fall,
    double weightDecay,
    boolean fastLayers) {
  public static final FloatConfig DEFAULT =
      new FloatConfig(3, 32, Optimizer.ADAM, 0.001, 0, Fall.LINEAR, 0, false);

  /** Of a network that has an optimizer of its own. */
  static final FloatConfig OWN =
      new FloatConfig(3, 32, Optimizer.NETWORK, 0.001, 0, Fall.LINEAR, 0, false);

  /** What turns gradients into steps. */
  public enum Optimizer {
    /** Kingma and Ba 2015, arXiv:1412.6980. */
    @JsonProperty("adam")
    ADAM,
    /** Gradient descent with Nesterov's momentum of 0.9. */
    @JsonProperty("sgd")
    SGD,
    /** The network's own, with its learning rate, weight decay and state. */
    @JsonProperty("network")
    NETWORK
  }

  /** The shape of the learning rate's way down. */
  public enum Fall {
    /** Equal stairs. */
    @JsonProperty("linear")
    LINEAR,
    /** Half a period of a cosine: Loshchilov and Hutter 2017, arXiv:1608.03983, eq. 5. */
    @JsonProperty("cosine")
    COSINE
  }

  public FloatConfig {
    Check.between("epochs", epochs, 0, 10_000);
    Check.between("batch", batch, 1, 65_536);
    Check.positive("learningRate", learningRate, 1);
    Check.fraction("warmUp", warmUp);
    Check.fraction("weightDecay", weightDecay);
  }
}
