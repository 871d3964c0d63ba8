package org.qat4j.layers;

import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastAddOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastSubOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Batch normalization (Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 1) of a block's linear
 * output.
 *
 * <p>With per-channel symmetric weights, normalizing the output of the quantized weights equals
 * quantizing the folded weights: the fold only moves each channel's scale. So one convolution
 * serves statistics and output (Krishnamoorthi 2018, sec. 3.2.2, needs two for per-tensor weights).
 */
final class BatchNorm {
  private final BatchNormalization conf;
  private final Map<String, INDArray> params;
  private INDArray mean;
  private INDArray variance;
  private INDArray inverseStd;
  private INDArray normalized;
  private boolean frozen;

  BatchNorm(BatchNormalization conf, Map<String, INDArray> params) {
    this.conf = conf;
    this.params = params;
  }

  /**
   * @param z [batch, channels, ...]; overwritten
   * @param useRunning normalize by the running statistics instead of the batch's
   */
  INDArray forward(
      INDArray z, int[] axes, boolean useRunning, boolean training, LayerWorkspaceMgr workspace) {
    frozen = useRunning;
    mean = useRunning ? runningMean() : z.mean(axes);
    variance = useRunning ? runningVariance() : z.var(false, axes);
    INDArray inverse = Transforms.sqrt(variance.add(conf.getEps()), false).rdivi(1.0);
    Nd4j.getExecutioner().exec(new BroadcastSubOp(z, mean, z, 1));
    Nd4j.getExecutioner().exec(new BroadcastMulOp(z, inverse, z, 1));
    if (!training) {
      return scaleAndShift(z, z);
    }
    mean = workspace.leverageTo(ArrayType.INPUT, mean);
    variance = workspace.leverageTo(ArrayType.INPUT, variance);
    inverseStd = workspace.leverageTo(ArrayType.INPUT, inverse);
    normalized = workspace.leverageTo(ArrayType.INPUT, z);
    return scaleAndShift(normalized, normalized.ulike());
  }

  private INDArray scaleAndShift(INDArray from, INDArray to) {
    Nd4j.getExecutioner().exec(new BroadcastMulOp(from, gamma(), to, 1));
    return Nd4j.getExecutioner().exec(new BroadcastAddOp(to, beta(), to, 1));
  }

  /**
   * Gradients of gamma and beta, the steps of the running statistics, and the gradient of z.
   *
   * @param epsilon gradient of the output; overwritten and returned
   */
  INDArray backward(INDArray epsilon, int[] axes, Map<String, INDArray> views, Gradient gradient) {
    INDArray gammaGradient = epsilon.mul(normalized).sum(axes);
    INDArray betaGradient = epsilon.sum(axes);
    if (!conf.isLockGammaBeta()) {
      store(BatchNormalizationParamInitializer.GAMMA, gammaGradient, views, gradient);
      store(BatchNormalizationParamInitializer.BETA, betaGradient, views, gradient);
    }
    storeStatisticsSteps(views, gradient);
    if (!frozen) {
      double count = (double) epsilon.length() / gammaGradient.length();
      Nd4j.getExecutioner()
          .exec(new BroadcastMulOp(normalized, gammaGradient.divi(-count), normalized, 1));
      epsilon.addi(normalized);
      Nd4j.getExecutioner().exec(new BroadcastSubOp(epsilon, betaGradient.divi(count), epsilon, 1));
    }
    normalized = null;
    INDArray slope = gamma().mul(inverseStd.reshape(gamma().shape()));
    return Nd4j.getExecutioner().exec(new BroadcastMulOp(epsilon, slope, epsilon, 1));
  }

  /**
   * Running estimates move by "gradients" that the updater applies as they are, as in
   * Deeplearning4j's own layer.
   */
  private void storeStatisticsSteps(Map<String, INDArray> views, Gradient gradient) {
    double rate = frozen ? 0 : 1 - conf.getDecay();
    INDArray meanStep = runningMean().sub(mean.reshape(runningMean().shape())).muli(rate);
    store(BatchNormalizationParamInitializer.GLOBAL_MEAN, meanStep, views, gradient);
    INDArray running = runningVariance();
    INDArray batch = variance.reshape(running.shape());
    if (conf.isUseLogStd()) {
      INDArray next = running.mul(1 - rate).addi(batch.mul(rate));
      INDArray step = Transforms.log(running.div(next), false).muli(0.5 / Math.log(10));
      store(BatchNormalizationParamInitializer.GLOBAL_LOG_STD, step, views, gradient);
    } else {
      store(
          BatchNormalizationParamInitializer.GLOBAL_VAR,
          running.sub(batch).muli(rate),
          views,
          gradient);
    }
  }

  private static void store(
      String key, INDArray value, Map<String, INDArray> views, Gradient gradient) {
    INDArray view = views.get(key);
    view.assign(value.reshape(view.shape()));
    gradient.setGradientFor(key, view);
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
    INDArray shape = runningMean();
    return Nd4j.valueArrayOf(shape.shape(), value, shape.dataType());
  }

  INDArray runningMean() {
    return params.get(BatchNormalizationParamInitializer.GLOBAL_MEAN);
  }

  INDArray runningVariance() {
    INDArray stored = params.get(BatchNormalizationParamInitializer.GLOBAL_VAR);
    return stored != null
        ? stored
        : Transforms.exp(
            params.get(BatchNormalizationParamInitializer.GLOBAL_LOG_STD).mul(2 * Math.log(10)),
            false);
  }

  double epsilon() {
    return conf.getEps();
  }
}
