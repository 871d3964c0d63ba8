package org.qat4j.layers;

import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.qat4j.kernels.Normalization;
import org.qat4j.kernels.TrainingKernels;

/**
 * Batch normalization of a block's linear output: Deeplearning4j's parameters and running
 * statistics.
 *
 * <p>With per-channel symmetric weights, normalizing the output of the quantized weights equals
 * quantizing the folded weights: the fold only moves each channel's scale. So one convolution
 * serves statistics and output (Krishnamoorthi 2018, sec. 3.2.2, needs two for per-tensor weights).
 */
final class BatchNorm {
  private final BatchNormalization conf;
  private final Map<String, INDArray> params;
  private final Normalization normalization;
  private INDArray z;
  private INDArray mean;
  private INDArray variance;
  private boolean given;

  BatchNorm(BatchNormalization conf, Map<String, INDArray> params, TrainingKernels kernels) {
    this.conf = conf;
    this.params = params;
    this.normalization = kernels.normalization(conf.getEps());
  }

  /**
   * Normalizes.
   *
   * @param linearOutput [batch, channels, ...], kept until the backward pass
   * @param useRunning by the running statistics instead of the batch's
   * @param shift to add to each channel, which no gradient sees; null for none
   */
  INDArray forward(
      INDArray linearOutput, boolean useRunning, double[] shift, LayerWorkspaceMgr workspace) {
    z = linearOutput;
    given = useRunning;
    long[] channels = {gamma().length()};
    mean = workspace.createUninitialized(ArrayType.INPUT, z.dataType(), channels, 'c');
    variance = workspace.createUninitialized(ArrayType.INPUT, z.dataType(), channels, 'c');
    if (given) {
      mean.assign(runningMean().reshape(channels));
      variance.assign(runningVariance().reshape(channels));
    }
    INDArray beta = shift == null ? beta() : shifted(beta(), shift);
    return normalization.forward(z, gamma(), beta, mean, variance, given, workspace);
  }

  /**
   * Gradients of gamma and beta and of the linear output; the running statistics take in those of
   * the batch.
   */
  INDArray backward(
      INDArray epsilon,
      Map<String, INDArray> views,
      Gradient gradient,
      LayerWorkspaceMgr workspace) {
    INDArray gammaGradient = trained(BatchNormalizationParamInitializer.GAMMA, views, gradient);
    INDArray betaGradient = trained(BatchNormalizationParamInitializer.BETA, views, gradient);
    INDArray result =
        normalization.backward(
            z, epsilon, gamma(), mean, variance, given, gammaGradient, betaGradient, workspace);
    moveStatistics();
    z = null;
    return result;
  }

  /**
   * The gradient's view, or a place for a gradient that nobody uses where gamma and beta are
   * locked.
   */
  private INDArray trained(String key, Map<String, INDArray> views, Gradient gradient) {
    if (conf.isLockGammaBeta()) {
      return runningMean().ulike();
    }
    gradient.setGradientFor(key, views.get(key));
    return views.get(key);
  }

  /**
   * Moved in place, not by "gradients" as in Deeplearning4j's own layer: what clips, normalizes or
   * encodes gradients would change the steps.
   */
  private void moveStatistics() {
    if (given) {
      return;
    }
    double rate = 1 - conf.getDecay();
    INDArray runningMean = runningMean();
    runningMean.subi(runningMean.sub(mean.reshape(runningMean.shape())).muli(rate));
    INDArray running = runningVariance();
    INDArray batch = variance.reshape(running.shape());
    if (conf.isUseLogStd()) {
      INDArray next = running.mul(1 - rate).addi(batch.mul(rate));
      INDArray step = Transforms.log(running.div(next), false).muli(0.5 / Math.log(10));
      params.get(BatchNormalizationParamInitializer.GLOBAL_LOG_STD).subi(step);
    } else {
      running.subi(running.sub(batch).muli(rate));
    }
  }

  INDArray gamma() {
    return conf.isLockGammaBeta()
        ? constant(conf.getGamma())
        : params.get(BatchNormalizationParamInitializer.GAMMA);
  }

  INDArray beta() {
    return conf.isLockGammaBeta()
        ? constant(conf.getBeta())
        : params.get(BatchNormalizationParamInitializer.BETA);
  }

  private INDArray constant(double value) {
    return Nd4j.valueArrayOf(runningMean().shape(), value, runningMean().dataType());
  }

  INDArray runningMean() {
    return params.get(BatchNormalizationParamInitializer.GLOBAL_MEAN);
  }

  INDArray runningVariance() {
    INDArray stored = params.get(BatchNormalizationParamInitializer.GLOBAL_VAR);
    if (stored != null) {
      return stored;
    }
    INDArray log10Std = params.get(BatchNormalizationParamInitializer.GLOBAL_LOG_STD);
    return Transforms.exp(log10Std.mul(2 * Math.log(10)), false);
  }

  /** What inference multiplies each channel by: gamma / sqrt(running variance + epsilon). */
  double[] factor() {
    double[] factor = doubles(gamma());
    double[] variance = doubles(runningVariance());
    for (int c = 0; c < factor.length; c++) {
      factor[c] /= Math.sqrt(variance[c] + epsilon());
    }
    return factor;
  }

  /** What inference adds to each channel then: beta - running mean * factor. */
  double[] shift() {
    double[] shift = doubles(beta());
    double[] factor = factor();
    double[] mean = doubles(runningMean());
    for (int c = 0; c < shift.length; c++) {
      shift[c] -= mean[c] * factor[c];
    }
    return shift;
  }

  /** Whether gamma and beta are parameters. */
  boolean isScalable() {
    return !conf.isLockGammaBeta();
  }

  /** Multiplies gamma and beta of each channel, in place. */
  void scale(double[] by) {
    multiply(gamma(), by);
    multiply(beta(), by);
  }

  /** In place. */
  static void multiply(INDArray perChannel, double[] by) {
    perChannel.muli(
        Nd4j.createFromArray(by).castTo(perChannel.dataType()).reshape(perChannel.shape()));
  }

  /** A new array. */
  static INDArray shifted(INDArray perChannel, double[] shift) {
    return perChannel.add(
        Nd4j.createFromArray(shift).castTo(perChannel.dataType()).reshape(perChannel.shape()));
  }

  static double[] doubles(INDArray array) {
    return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
  }

  double epsilon() {
    return conf.getEps();
  }
}
