package org.qat4j.posttraining;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.ChannelsLast;
import org.qat4j.layers.LinearBlock;
import org.qat4j.quantizers.WeightCodes;

/**
 * Which weights of one layer are rounded up, as a continuous problem (Nagel et al. 2020,
 * arXiv:2004.10568, sec. 3.3).
 *
 * <p>A weight is {@code s * (floor(w / s) + h(v))} with the rectified sigmoid {@code h(v) =
 * clamp(1.2 sigmoid(v) - 0.1, 0, 1)} (eq. 23). Adam minimizes the squared difference of the layer's
 * output behind its clamp, relative to that of nearest rounding, plus {@code lambda} times the mean
 * of {@code 1 - |2 h - 1|^beta} (eq. 24): with a large beta h is free but for its ends, with a
 * small one it is driven to 0 or 1. Relative and mean, so that lambda means the same for layers of
 * any size, bits and unit. The penalty starts after a fifth of the iterations, beta then falls from
 * 20 to 2 along a cosine.
 *
 * <p>Weights at the end of the codes have one choice only, and so has the largest of each channel,
 * since scales follow from it. A weight that is 0 has nothing to round: it may have been removed,
 * and stays.
 */
final class RoundingProblem {
  private static final double STRETCH = 1.2;
  private static final double BELOW = -0.1;
  private static final double LAMBDA = 20;
  private static final double WARM_UP = 0.2;
  private static final double FIRST_BETA = 20;
  private static final double LAST_BETA = 2;
  private static final double RATE = 0.02;

  private final LinearBlock block;
  private final WeightCodes nearest;
  private final double[] factor;
  private final INDArray bias;
  private final double[] below;
  private final boolean[] free;
  private final double[] v;
  private final double[] mean;
  private final double[] square;
  private int steps;
  private double unit = 1;

  RoundingProblem(LinearBlock block) {
    this.block = block;
    this.nearest = block.codes();
    this.factor = block.factor();
    this.bias = Nd4j.createFromArray(block.bias());
    int count = nearest.differences().length;
    below = new double[count];
    free = new boolean[count];
    v = new double[count];
    mean = new double[count];
    square = new double[count];
    double[][] weights = block.weights();
    for (int o = 0; o < weights.length; o++) {
      start(o, weights[o]);
    }
  }

  /** Starts where rounding is left out: h is the fraction (sec. 3.3). */
  private void start(int channel, double[] weights) {
    double largest = Arrays.stream(weights).map(Math::abs).max().orElse(0);
    for (int i = 0; i < weights.length; i++) {
      int at = channel * weights.length + i;
      double units = weights[i] / nearest.scales()[channel];
      below[at] = Math.floor(units);
      free[at] =
          weights[i] != 0
              && Math.abs(weights[i]) < largest
              && below[at] >= nearest.range().min()
              && below[at] < nearest.range().max();
      double sigmoid = (units - below[at] - BELOW) / STRETCH;
      v[at] = Math.log(sigmoid / (1 - sigmoid));
    }
  }

  private double sigmoid(int at) {
    return 1 / (1 + Math.exp(-v[at]));
  }

  private static double rectified(double sigmoid) {
    return Math.max(0, Math.min(1, STRETCH * sigmoid + BELOW));
  }

  /** Measures by nearest rounding how large errors are here. */
  void scaleTo(INDArray input, INDArray target) {
    double[] codes = Arrays.stream(nearest.differences()).asDoubleStream().toArray();
    INDArray error = error(block.multiply(input, rows(codes), bias), target);
    double norm = error.norm2Number().doubleValue();
    unit = Math.max(norm * norm, Double.MIN_NORMAL) / error.size(0);
  }

  /** The difference of the clamped output. */
  private INDArray error(INDArray output, INDArray target) {
    INDArray error = block.clamp(output);
    INDArray wanted = target.castTo(error.dataType());
    // ND4J is much faster without permuted axes.
    boolean images = error.rank() == 4 && ChannelsLast.has(error) && ChannelsLast.has(wanted);
    if (images) {
      error.permute(0, 2, 3, 1).subi(wanted.permute(0, 2, 3, 1));
    } else {
      error.subi(wanted);
    }
    return error;
  }

  /** Codes as real weights with batch normalization folded in. */
  private INDArray rows(double[] codes) {
    float[] rows = new float[codes.length];
    for (int at = 0; at < codes.length; at++) {
      rows[at] = (float) (codes[at] * weight(at));
    }
    return Nd4j.createFromArray(rows).reshape('c', factor.length, nearest.fanIn());
  }

  /** What one step of a code is worth. */
  private double weight(int at) {
    int channel = at / nearest.fanIn();
    return nearest.scales()[channel] * factor[channel];
  }

  /**
   * One step of Adam (Kingma and Ba 2015, arXiv:1412.6980).
   *
   * @param progress of all steps, from 0 to 1
   */
  void step(INDArray input, INDArray target, double progress) {
    double[] sigmoids = new double[v.length];
    double[] codes = new double[v.length];
    for (int at = 0; at < v.length; at++) {
      sigmoids[at] = sigmoid(at);
      codes[at] = free[at] ? below[at] + rectified(sigmoids[at]) : nearest.differences()[at];
    }
    INDArray rows = rows(codes);
    INDArray output = block.multiply(input, rows, bias);
    INDArray delta = block.passClamp(error(output, target), output);
    double share = 2 / (unit * input.size(0));
    float[] gradient = Judge.floats(block.weightGradient(input, rows, delta));
    steps++;
    double correction = Math.sqrt(1 - Math.pow(0.999, steps)) / (1 - Math.pow(0.9, steps));
    double beta = beta(progress);
    for (int at = 0; at < v.length; at++) {
      double slope = STRETCH * sigmoids[at] * (1 - sigmoids[at]);
      double h = STRETCH * sigmoids[at] + BELOW;
      if (free[at] && h > 0 && h < 1) {
        double whole = (share * gradient[at] * weight(at) + penalty(h, beta) / v.length) * slope;
        mean[at] += 0.1 * (whole - mean[at]);
        square[at] += 0.001 * (whole * whole - square[at]);
        v[at] -= RATE * correction * mean[at] / (Math.sqrt(square[at]) + 1e-12);
      }
    }
  }

  /** 0 while there is no penalty. */
  private static double beta(double progress) {
    if (progress < WARM_UP) {
      return 0;
    }
    double cosine = (1 + Math.cos(Math.PI * (progress - WARM_UP) / (1 - WARM_UP))) / 2;
    return LAST_BETA + (FIRST_BETA - LAST_BETA) * cosine;
  }

  /** The derivative of the penalty by h. */
  private static double penalty(double h, double beta) {
    double distance = 2 * h - 1;
    return beta == 0
        ? 0
        : -LAMBDA * 2 * beta * Math.signum(distance) * Math.pow(Math.abs(distance), beta - 1);
  }

  /** Gives the layer's weights the values of the chosen codes. */
  void store() {
    double[][] rows = new double[factor.length][nearest.fanIn()];
    for (int at = 0; at < v.length; at++) {
      int channel = at / nearest.fanIn();
      double code =
          free[at] ? below[at] + (rectified(sigmoid(at)) < 0.5 ? 0 : 1) : nearest.differences()[at];
      rows[channel][at % nearest.fanIn()] = code * nearest.scales()[channel];
    }
    block.setWeights(rows);
  }
}
