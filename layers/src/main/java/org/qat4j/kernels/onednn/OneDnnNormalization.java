package org.qat4j.kernels.onednn;

import java.util.Arrays;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Normalization;

/** Batch normalization; features are images of one pixel. */
final class OneDnnNormalization implements Normalization {
  private final float epsilon;
  private Primitives computed;
  private Primitives given;

  OneDnnNormalization(float epsilon) {
    this.epsilon = epsilon;
  }

  @Override
  public INDArray forward(
      INDArray z,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      boolean statisticsGiven,
      LayerWorkspaceMgr workspace) {
    INDArray source = Layouts.working(z);
    INDArray y = Layouts.allocate(z.shape(), ArrayType.INPUT, workspace);
    primitives(z, statisticsGiven).forward.run(source, y, mean, variance, gamma, beta);
    return y;
  }

  @Override
  public INDArray backward(
      INDArray z,
      INDArray epsilonOut,
      INDArray gamma,
      INDArray mean,
      INDArray variance,
      boolean statisticsGiven,
      INDArray gammaGradient,
      INDArray betaGradient,
      LayerWorkspaceMgr workspace) {
    INDArray source = Layouts.working(z);
    INDArray delta = Layouts.working(epsilonOut);
    INDArray result = Layouts.allocate(z.shape());
    primitives(z, statisticsGiven)
        .backward
        .run(source, delta, result, mean, variance, gamma, gammaGradient, betaGradient);
    return result;
  }

  private Primitives primitives(INDArray z, boolean statisticsGiven) {
    if (statisticsGiven) {
      given = given != null && given.fits(z) ? given : new Primitives(z.shape(), epsilon, true);
      return given;
    }
    computed =
        computed != null && computed.fits(z) ? computed : new Primitives(z.shape(), epsilon, false);
    return computed;
  }

  /** Both primitives for one shape. */
  private static final class Primitives {
    private final long[] shape;
    private final Call forward;
    private final Call backward;

    Primitives(long[] shape, float epsilon, boolean given) {
      this.shape = shape;
      memory.desc data =
          Layouts.channelsLast(shape.length == 4 ? shape : new long[] {shape[0], shape[1], 1, 1});
      memory.desc channels = Layouts.plain(shape[1]);
      int flags =
          dnnl.dnnl_use_scale | dnnl.dnnl_use_shift | (given ? dnnl.dnnl_use_global_stats : 0);
      var forwardDesc =
          new batch_normalization_forward.primitive_desc(
              OneDnnKernels.engine(),
              dnnl.dnnl_forward_training,
              data,
              data,
              epsilon,
              flags,
              new primitive_attr(),
              false);
      forward =
          new Call(forwardDesc, new batch_normalization_forward(forwardDesc))
              .slot(dnnl.DNNL_ARG_SRC, data)
              .slot(dnnl.DNNL_ARG_DST, data)
              .slot(dnnl.DNNL_ARG_MEAN, channels)
              .slot(dnnl.DNNL_ARG_VARIANCE, channels)
              .slot(dnnl.DNNL_ARG_SCALE, channels)
              .slot(dnnl.DNNL_ARG_SHIFT, channels);
      var backwardDesc =
          new batch_normalization_backward.primitive_desc(
              OneDnnKernels.engine(),
              dnnl.dnnl_backward,
              data,
              data,
              data,
              epsilon,
              flags,
              forwardDesc);
      backward =
          new Call(backwardDesc, new batch_normalization_backward(backwardDesc))
              .slot(dnnl.DNNL_ARG_SRC, data)
              .slot(dnnl.DNNL_ARG_DIFF_DST, data)
              .slot(dnnl.DNNL_ARG_DIFF_SRC, data)
              .slot(dnnl.DNNL_ARG_MEAN, channels)
              .slot(dnnl.DNNL_ARG_VARIANCE, channels)
              .slot(dnnl.DNNL_ARG_SCALE, channels)
              .slot(dnnl.DNNL_ARG_DIFF_SCALE, channels)
              .slot(dnnl.DNNL_ARG_DIFF_SHIFT, channels);
    }

    boolean fits(INDArray z) {
      return Arrays.equals(shape, z.shape());
    }
  }
}
