package org.qat4j.quantizers;

import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Turns weights into codes and scales, and passes the gradient of the quantized weights on to the
 * real ones.
 *
 * <p>Arrays of weights are {@code [groups, weightsPerGroup]} inside, {@code [outChannels, fanIn]}
 * outside; float32 or float64.
 */
public abstract class WeightQuantizer {
  /** Name of the learned steps among a layer's parameters. */
  public static final String STEP = "weightStep";

  private final WeightScheme scheme;

  WeightQuantizer(WeightScheme scheme) {
    this.scheme = scheme;
  }

  /**
   * Codes of weights as integers in floating point.
   *
   * @param differences [groups, weightsPerGroup]: code minus zero point
   * @param scales [groups], &gt; 0
   * @param zeroPoints [groups]
   */
  record Codes(INDArray differences, INDArray scales, INDArray zeroPoints) {
    static Codes symmetric(INDArray codes, INDArray scales) {
      return new Codes(codes, scales, scales.ulike().assign(0));
    }
  }

  /**
   * The nearest codes.
   *
   * @param weights [groups, weightsPerGroup], not modified
   * @param step learned scales [groups], or null where none are learned
   */
  abstract Codes quantize(INDArray weights, INDArray step);

  /**
   * Turns the gradient of the quantized weights into that of the real ones.
   *
   * @param weights [groups, weightsPerGroup] of the forward pass, not modified
   * @param gradient of the same shape, changed in place
   * @param stepGradient [groups], overwritten; null where no scales are learned
   */
  abstract void passBack(INDArray weights, INDArray step, INDArray gradient, INDArray stepGradient);

  /** The values of the scales to learn before the first quantized step; nothing by default. */
  void initialize(INDArray weights, INDArray step) {}

  /** As {@link #initialize}, for scales that may be deployed without training; nothing by default. */
  void calibrate(INDArray weights, INDArray step) {}

  /**
   * Gives learned scales the values that suit the weights, without training.
   *
   * @param rows [outChannels, fanIn], not modified
   * @param step parameter of learned scales, overwritten; or null
   */
  public final void calibrateSteps(INDArray rows, INDArray step) {
    if (step != null) {
      calibrate(grouped(rows), step.reshape(step.length()));
    }
  }

  /** How many parameters a layer with so many output channels learns beside its weights. */
  public static int learned(WeightScheme scheme, long outChannels) {
    return scheme.learns() ? scheme.groupsOf(outChannels) : 0;
  }

  /**
   * Weights that codes stand for.
   *
   * @param rows [outChannels, fanIn]
   * @param scales of the codes, [groups]
   */
  public record Rounded(INDArray rows, INDArray scales) {
    /** The scale of each output channel's codes. */
    public float[] channelScales() {
      float[] each = new float[Math.toIntExact(rows.size(0))];
      int perGroup = each.length / Math.toIntExact(scales.length());
      for (int o = 0; o < each.length; o++) {
        each[o] = scales.getFloat(o / perGroup);
      }
      return each;
    }
  }

  /**
   * The nearest representable weights.
   *
   * @param rows [outChannels, fanIn], not modified
   * @param step parameter of learned scales, given its first values where it has none; or null
   * @return new arrays
   */
  public final Rounded fakeQuantize(INDArray rows, INDArray step) {
    INDArray weights = grouped(rows);
    INDArray steps = step == null ? null : started(weights, step.reshape(step.length()));
    Codes codes = quantize(weights, steps);
    INDArray rounded = codes.differences().muliColumnVector(column(codes.scales()));
    return new Rounded(rounded.reshape('c', rows.shape()), codes.scales());
  }

  /** Gives learned steps their first values, in place, unless they have some: 0 is none. */
  private INDArray started(INDArray weights, INDArray steps) {
    if (steps.getFloat(0) == 0) {
      initialize(weights, steps);
    }
    return steps;
  }

  /**
   * Turns the gradient of the quantized weights into that of the real ones, in place.
   *
   * @param rows [outChannels, fanIn] of the forward pass
   * @param step parameter of learned scales, given its first values where it has none; or null
   * @param gradient a view of the same shape
   * @param stepGradient of the learned scales, overwritten; or null
   */
  public void backward(INDArray rows, INDArray step, INDArray gradient, INDArray stepGradient) {
    INDArray delta = grouped(gradient);
    INDArray weights = grouped(rows);
    passBack(
        weights,
        step == null ? null : started(weights, step.reshape(step.length())),
        delta,
        stepGradient == null ? null : stepGradient.reshape(stepGradient.length()));
    if (delta.data() != gradient.data()) {
      gradient.assign(delta.reshape('c', gradient.shape()));
    }
  }

  /**
   * The codes to deploy.
   *
   * @param rows [outChannels, fanIn], not modified
   * @param step parameter of learned scales, not modified; before the first quantized step their
   *     first values serve; null where none are learned
   */
  public WeightCodes deploy(INDArray rows, INDArray step) {
    INDArray floats = rows.castTo(DataType.FLOAT).dup('c');
    INDArray weights = grouped(floats);
    INDArray steps =
        step == null ? null : started(weights, step.castTo(DataType.FLOAT).dup('c').ravel());
    Codes codes = quantize(weights, steps);
    int channels = Math.toIntExact(rows.size(0));
    int perGroup = channels / Math.toIntExact(codes.scales().length());
    float[] scales = codes.scales().toFloatVector();
    float[] zeroPoints = codes.zeroPoints().toFloatVector();
    float[] channelScales = new float[channels];
    int[] channelZeros = new int[channels];
    for (int o = 0; o < channels; o++) {
      channelScales[o] = scales[o / perGroup];
      channelZeros[o] = (int) zeroPoints[o / perGroup];
    }
    float[] differences =
        codes.differences().reshape('c', new long[] {rows.length()}).toFloatVector();
    int[] integers =
        IntStream.range(0, differences.length).map(i -> (int) differences[i]).toArray();
    return new WeightCodes(integers, channelScales, channelZeros, scheme.codes());
  }

  private INDArray grouped(INDArray rows) {
    int groups = scheme.groupsOf(rows.size(0));
    return rows.size(0) == groups ? rows : rows.reshape('c', groups, rows.length() / groups);
  }

  /** ND4J takes a vector of one axis for a row where the other array has gaps. */
  static INDArray column(INDArray perGroup) {
    return perGroup.reshape(perGroup.length(), 1);
  }

  /** The mean of {@code |w|} of each group: [groups]. */
  static INDArray meanMagnitudes(INDArray weights) {
    // ND4J keeps the axis where each group has one weight.
    return weights.norm1(1).reshape(weights.size(0)).divi(weights.size(1));
  }

  /** The largest {@code |w|} of each group: [groups]. */
  static INDArray largestMagnitudes(INDArray weights) {
    // ND4J's largest magnitude of one number is that number, with its sign.
    return weights.size(1) == 1
        ? Transforms.abs(weights).reshape(weights.size(0))
        : weights.amax(1);
  }

  /** One value for each group, at least the smallest normal number, as scales must be positive. */
  static INDArray positive(INDArray scales) {
    return Masks.raise(scales, Float.MIN_NORMAL);
  }
}
