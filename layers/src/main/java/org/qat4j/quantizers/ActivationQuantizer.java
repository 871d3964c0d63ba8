package org.qat4j.quantizers;

import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.kernels.Rounding;
import org.qat4j.observer.RangeObserver;
import org.qat4j.observer.TensorStatistics;
import org.qat4j.scheme.IntRange;
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

  /** Whether training has given the parameter a value. */
  public abstract boolean isReady(INDArray parameter);

  /** Scale, zero point and range of the codes; only if {@link #isReady}. */
  public abstract QuantParams params(INDArray parameter);

  /**
   * Gives the parameter the value that suits all of the values that were seen, without training.
   *
   * @param seen of the output behind the activation function
   * @param joining how the extremes of batches become one range, where no more is asked for
   */
  public abstract void calibrate(TensorStatistics seen, RangeObserver joining, INDArray parameter);

  /**
   * Takes a batch into account: observes it, or gives a learned parameter its first value. While
   * nothing is rounded that value follows each batch, so that a network can be evaluated and
   * converted as soon as rounding starts.
   *
   * @param mode not {@link Mode#FLOATING}
   * @return what this batch is rounded with, if it is
   */
  abstract QuantParams update(INDArray values, INDArray parameter, Mode mode);

  /**
   * What of the output's gradient passes to the values before it, by {@link #passBetween}.
   *
   * @param params what the forward pass rounded with
   */
  abstract INDArray pass(INDArray epsilon, QuantParams params);

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
    return used == null
        ? activate(batch, workspace)
        : rounding.round(batch, lowest(used), highest(used), used.scale(), workspace);
  }

  /** The smallest value that codes and activation function let out. */
  final float lowest(QuantParams params) {
    return Math.max(clip.min(), params.dequantize(params.range().min()));
  }

  /** The largest value that codes and activation function let out. */
  final float highest(QuantParams params) {
    return Math.min(clip.max(), params.dequantize(params.range().max()));
  }

  /** The smallest value at which the activation function has slope 1; at its bounds it is 0. */
  final float slopeFrom() {
    return clip.min() == 0
        ? Float.MIN_NORMAL
        : clip.min() == Float.NEGATIVE_INFINITY ? clip.min() : Math.nextUp(clip.min());
  }

  /** The largest value at which the activation function has slope 1; at its bounds it is 0. */
  final float slopeTo() {
    return clip.max() == Float.POSITIVE_INFINITY ? clip.max() : Math.nextDown(clip.max());
  }

  /**
   * Lets a gradient pass where the values lie in an interval, bounds included.
   *
   * @param epsilon null where nobody asks for it
   */
  final INDArray passBetween(INDArray epsilon, float low, float high) {
    boolean all = low == Float.NEGATIVE_INFINITY && high == Float.POSITIVE_INFINITY;
    return epsilon == null || all ? epsilon : rounding.pass(epsilon, values, low, high);
  }

  /** The codes that a symmetric range is chosen for: those that hold magnitudes. */
  final IntRange magnitudes() {
    return new IntRange(0, scheme.codes().max() - scheme.middle(clip));
  }

  /** Scale and zero point of symmetric codes that span magnitudes up to the largest. */
  final QuantParams symmetric(float largest) {
    float scale = QuantParams.affine(0, largest, magnitudes()).scale();
    return new QuantParams(scale, scheme.middle(clip), scheme.codes());
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
    INDArray passed =
        used == null ? passBetween(epsilon, slopeFrom(), slopeTo()) : pass(epsilon, used);
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
    return rounding.dotRounded(array, values, lowest(used), highest(used), used.scale());
  }

  /** What the last forward pass rounded with; null if it did not. */
  final QuantParams used() {
    return used;
  }
}
