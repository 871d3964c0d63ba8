package org.qat4j.quantizers;

import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.kernels.Rounding;
import org.qat4j.scheme.QuantParams;

/**
 * Rounds a layer's output to codes in training, and passes gradients through. Belongs to one layer;
 * what must outlive a step is in the layer's parameter, which the caller hands in.
 */
public abstract class ActivationQuantizer {

  /** What a training step does with the range. */
  public enum Mode {
    /** Nothing: the output stays real. */
    FLOATING,
    /** The output stays real, but ranges are observed. */
    OBSERVING,
    /** The output is rounded; ranges move. */
    QUANTIZING,
    /** The output is rounded; observed ranges no longer move. */
    FROZEN;

    boolean rounds() {
      return this == QUANTIZING || this == FROZEN;
    }
  }

  private final ActivationScheme scheme;
  private final Clip clip;
  private final Rounding rounding;
  private INDArray values;
  private QuantParams used;
  private boolean floating;

  ActivationQuantizer(ActivationScheme scheme, Clip clip, Rounding rounding) {
    this.scheme = scheme;
    this.clip = clip;
    this.rounding = rounding;
  }

  /**
   * The quantizer of a scheme.
   *
   * @param clip the activation function, which quantization fuses
   */
  public static ActivationQuantizer of(ActivationScheme scheme, Clip clip, Rounding rounding) {
    return switch (scheme.method()) {
      case OBSERVED -> new ObservedQuantizer(scheme, clip, rounding);
      case PACT -> new LearnedClipQuantizer(scheme, clip, rounding);
      case LSQ, LSQ_PLUS -> new LearnedStepQuantizer(scheme, clip, rounding);
    };
  }

  /** Whether training has given the parameter a value. */
  public abstract boolean isReady(INDArray parameter);

  /** Scale, zero point and range of the codes; only if {@link #isReady}. */
  public abstract QuantParams params(INDArray parameter);

  /**
   * Takes a batch into account: observes it, or gives a learned parameter its first value. While
   * nothing is rounded that value follows each batch, so that a network can be evaluated and
   * converted as soon as rounding starts.
   *
   * @param mode not {@link Mode#FLOATING}
   * @return what this batch is rounded with, if it is
   */
  abstract QuantParams update(INDArray values, INDArray parameter, Mode mode);

  /** Where the gradient of the output passes to the values before it. */
  abstract Bounds passing(QuantParams params);

  /**
   * Writes the parameter's gradient, or moves an observed range, after {@link #update}.
   *
   * @param epsilon gradient of the output
   * @param passed what of it passes
   */
  abstract void writeGradient(
      INDArray epsilon, INDArray passed, INDArray parameter, INDArray gradient);

  /**
   * Applies the activation function and rounds to codes' values.
   *
   * @param batch values before the activation function
   * @return in the workspace of activations
   */
  public final INDArray forward(
      INDArray batch, INDArray parameter, Mode mode, LayerWorkspaceMgr workspace) {
    values = batch;
    floating = mode == Mode.FLOATING;
    QuantParams params = floating ? null : update(batch, parameter, mode);
    used = mode.rounds() ? params : null;
    Bounds bounds = representable();
    float scale = used == null ? 0 : used.scale();
    return rounding.round(batch, bounds.low(), bounds.high(), scale, workspace);
  }

  private Bounds representable() {
    return used == null ? Bounds.of(clip) : Bounds.of(clip).within(used);
  }

  /** Applies the activation function without quantization. */
  public final INDArray activate(INDArray batch, LayerWorkspaceMgr workspace) {
    return rounding.round(batch, clip.min(), clip.max(), 0, workspace);
  }

  /**
   * Differentiates the last forward pass.
   *
   * @param epsilon gradient of the output, not modified; null where nobody asks for the batch's,
   *     which only an observed range allows
   * @param parameter moved in place where it is an observed range
   * @param gradient of the parameter, overwritten; 0 for an observed range
   * @return gradient of the batch
   */
  public final INDArray backward(INDArray epsilon, INDArray parameter, INDArray gradient) {
    Bounds bounds = used == null ? Bounds.slope(clip) : passing(used);
    INDArray passed =
        epsilon == null || bounds.isEverything()
            ? epsilon
            : rounding.pass(epsilon, values, bounds.low(), bounds.high());
    if (floating) {
      gradient.assign(0);
    } else {
      writeGradient(epsilon, passed, parameter, gradient);
    }
    values = null;
    return passed;
  }

  /**
   * The value itself.
   *
   * @throws ArithmeticException if it is NaN or infinite
   */
  static double finite(double value) {
    if (!Double.isFinite(value)) {
      throw new ArithmeticException("got " + value);
    }
    return value;
  }

  final ActivationScheme scheme() {
    return scheme;
  }

  final Clip clip() {
    return clip;
  }

  final Rounding rounding() {
    return rounding;
  }

  /** What the last forward pass rounded. */
  final INDArray values() {
    return values;
  }

  /**
   * The sum of the products of an array and what the last forward pass rounded to; its result may
   * hold something else by now: Deeplearning4j's dropout and losses work in place.
   */
  final double dotOutput(INDArray array) {
    Bounds bounds = representable();
    return rounding.dotRounded(array, values, bounds.low(), bounds.high(), used.scale());
  }

  /** What the last forward pass rounded with; null if it did not. */
  final QuantParams used() {
    return used;
  }
}
