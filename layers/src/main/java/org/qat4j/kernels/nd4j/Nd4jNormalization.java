package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastAddOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastSubOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.qat4j.kernels.Normalization;

/** Batch normalization, as its definition reads. */
final class Nd4jNormalization implements Normalization {
  private final double epsilon;

  Nd4jNormalization(double epsilon) {
    this.epsilon = epsilon;
  }

  private static int[] axes(INDArray z) {
    return z.rank() == 2 ? new int[] {0} : new int[] {0, 2, 3};
  }

  @Override
  public INDArray forward(
      INDArray z,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      boolean given,
      LayerWorkspaceMgr workspace) {
    if (!given) {
      mean.assign(z.mean(axes(z)).reshape(mean.shape()));
      variance.assign(z.var(false, axes(z)).reshape(variance.shape()));
    }
    INDArray y = normalized(z, mean, variance);
    Nd4j.getExecutioner().exec(new BroadcastMulOp(y, gamma, y, 1));
    Nd4j.getExecutioner().exec(new BroadcastAddOp(y, beta, y, 1));
    return workspace.leverageTo(ArrayType.INPUT, y);
  }

  private INDArray normalized(INDArray z, INDArray mean, INDArray variance) {
    INDArray result = z.ulike();
    Nd4j.getExecutioner().exec(new BroadcastSubOp(z, mean, result, 1));
    return Nd4j.getExecutioner().exec(new BroadcastMulOp(result, inverseStd(variance), result, 1));
  }

  private INDArray inverseStd(INDArray variance) {
    return Transforms.sqrt(variance.add(epsilon), false).rdivi(1.0);
  }

  @Override
  public INDArray backward(
      INDArray z,
      INDArray epsilonOut,
      INDArray gamma,
      INDArray mean,
      INDArray variance,
      boolean given,
      INDArray gammaGradient,
      INDArray betaGradient,
      LayerWorkspaceMgr workspace) {
    INDArray normalized = normalized(z, mean, variance);
    gammaGradient.assign(epsilonOut.mul(normalized).sum(axes(z)).reshape(gammaGradient.shape()));
    betaGradient.assign(epsilonOut.sum(axes(z)).reshape(betaGradient.shape()));
    INDArray gradient = epsilonOut.dup(z.ordering());
    if (!given) {
      double count = (double) z.length() / z.size(1);
      Nd4j.getExecutioner()
          .exec(new BroadcastMulOp(normalized, gammaGradient.div(-count), normalized, 1));
      gradient.addi(normalized);
      Nd4j.getExecutioner()
          .exec(new BroadcastSubOp(gradient, betaGradient.div(count), gradient, 1));
    }
    INDArray slope = gamma.mul(inverseStd(variance).reshape(gamma.shape()));
    return Nd4j.getExecutioner().exec(new BroadcastMulOp(gradient, slope, gradient, 1));
  }
}
