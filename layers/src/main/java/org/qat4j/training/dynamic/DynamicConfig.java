package org.qat4j.training.dynamic;

import java.util.Objects;
import org.qat4j.quantizers.WeightScheme;

/**
 * What {@code Qat.quantizeDynamic} makes of a network.
 *
 * @param weights how the weights of recurrent, dense and output layers become codes, a row of a
 *     gate or an output being a channel; {@link WeightScheme#real} for a network in float32. Layers
 *     whose weights were rounded in training keep the codes that they had there
 * @param embeddings how the rows of embeddings become codes, a word being a channel; {@link
 *     WeightScheme#real} to keep them in float32
 * @param keepsState whether recurrent layers go on in a call where the call before has ended, as in
 *     Deeplearning4j's {@code rnnTimeStep}; if not, each call begins anew, as in its {@code output}
 * @param masked whether the model has a second input {@code mask} {@code [batch, time, 1]}: 1, or 0
 *     for a step that is not there
 * @param steps of the sequences of a call, at least 1; {@code QuantizedModel.withSteps} gives the
 *     same model for others
 */
public record DynamicConfig(
    WeightScheme weights, WeightScheme embeddings, boolean keepsState, boolean masked, int steps) {

  public DynamicConfig {
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(embeddings, "embeddings");
    if (steps < 1) {
      throw new IllegalArgumentException(
          "a sequence needs at least 1 step, got a length of " + steps);
    }
  }

  /** Weights of 8 bits, embeddings in float32, state kept, no masks, one step a call. */
  public static DynamicConfig int8() {
    return new DynamicConfig(WeightScheme.uniform(8), WeightScheme.real(), true, false, 1);
  }

  /** The same network in float32: nothing is quantized. */
  public static DynamicConfig floatingPoint() {
    return new DynamicConfig(WeightScheme.real(), WeightScheme.real(), true, false, 1);
  }

  /** The same with embeddings of 8 bits and a scale for each word. */
  public DynamicConfig withInt8Embeddings() {
    return new DynamicConfig(weights, WeightScheme.uniform(8), keepsState, masked, steps);
  }

  /** The same, but each call begins anew. */
  public DynamicConfig stateless() {
    return new DynamicConfig(weights, embeddings, false, masked, steps);
  }

  /** The same with masks. */
  public DynamicConfig withMasks() {
    return new DynamicConfig(weights, embeddings, keepsState, true, steps);
  }

  /** The same for calls of so many steps. */
  public DynamicConfig withSteps(int count) {
    return new DynamicConfig(weights, embeddings, keepsState, masked, count);
  }
}
