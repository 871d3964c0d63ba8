package org.qat4j.layers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.quantizers.WeightCodes;

/**
 * A running convolution or dense layer of a prepared network with the batch normalization and the
 * clamp behind it, as those see it who change its parameters without training.
 *
 * <p>Weights are rows {@code [outChannels, fanIn]}, as trained; behind batch normalization each row
 * counts {@link #factor} times.
 */
public interface LinearBlock {
  /** The layer's name. */
  String name();

  /** The clamp behind it. */
  Clip clip();

  /** Whether its weights have codes; else it is exempt. */
  boolean quantizesWeights();

  /** A copy of the weights: [outChannels, fanIn]. */
  double[][] weights();

  /** Replaces the weights: [outChannels, fanIn]. */
  void setWeights(double[][] rows);

  /** Codes and scales that deployment gives these weights, before batch normalization is folded. */
  WeightCodes codes();

  /** Gives learned scales that have no values yet their first ones. */
  void startScales();

  /**
   * Whether weights that lie on values of codes keep those codes, which adaptive rounding needs.
   */
  boolean keepsCodes();

  /** What batch normalization multiplies each output channel by in inference, or 1. */
  double[] factor();

  /** The real bias of each output channel behind batch normalization. */
  double[] bias();

  /** Whether {@link #shift} has a parameter to change. */
  boolean isShiftable();

  /**
   * Adds to the bias of each output channel behind batch normalization.
   *
   * @throws IllegalStateException if no parameter is one
   */
  void shift(double[] by);

  /** Whether {@link #scale} can scale what batch normalization puts out. */
  boolean isScalable();

  /**
   * Multiplies what each output channel puts out before the clamp.
   *
   * @param by for each output channel, &gt; 0
   * @throws IllegalStateException if gamma and beta are locked
   */
  void scale(double[] by);

  /**
   * The channel of its input that a weight multiplies.
   *
   * @param channels how many the input has; a dense layer behind images takes several features of
   *     each
   */
  int inputChannel(int output, int column, int channels);

  /**
   * Multiplies an input with weights that take the place of its own.
   *
   * @param input [batch, ...], not modified
   * @param rows [outChannels, fanIn]
   * @param bias [outChannels]; null for none
   * @return [batch, outChannels, ...] before the clamp
   */
  INDArray multiply(INDArray input, INDArray rows, INDArray bias);

  /** The clamp of what {@link #multiply} gives, as a new array. */
  INDArray clamp(INDArray values);

  /**
   * Lets a gradient through where the clamp does.
   *
   * @param values what was clamped
   */
  INDArray passClamp(INDArray gradient, INDArray values);

  /**
   * The gradient of such weights.
   *
   * @param delta gradient of what {@link #multiply} gives
   * @return [outChannels, fanIn]
   */
  INDArray weightGradient(INDArray input, INDArray rows, INDArray delta);
}
