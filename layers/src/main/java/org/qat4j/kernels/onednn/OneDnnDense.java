package org.qat4j.kernels.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Linear;

/** Fully connected, as three matrix products. */
final class OneDnnDense implements Linear {
  private Primitives primitives;

  @Override
  public INDArray rows(INDArray weights) {
    return weights.transpose();
  }

  @Override
  public INDArray forward(
      INDArray input, INDArray rows, INDArray bias, LayerWorkspaceMgr workspace) {
    INDArray source = Layouts.working(input);
    Primitives p = primitives(source, rows, bias != null);
    INDArray result =
        Layouts.allocate(new long[] {input.size(0), rows.size(0)}, ArrayType.INPUT, workspace);
    p.forwardWeights.run(rows);
    if (bias == null) {
      p.forward.run(source, result);
    } else {
      p.forward.run(source, bias, result);
    }
    return result;
  }

  @Override
  public INDArray backward(
      INDArray input,
      INDArray rows,
      INDArray epsilon,
      INDArray weightGradient,
      INDArray biasGradient,
      LayerWorkspaceMgr workspace) {
    INDArray source = Layouts.working(input);
    INDArray delta = Layouts.working(epsilon);
    Primitives p = primitives(source, rows, biasGradient != null);
    p.backwardWeights.run(delta, source, rows(weightGradient));
    if (biasGradient != null) {
      biasGradient.assign(delta.sum(0).reshape(biasGradient.shape()));
    }
    INDArray result = Layouts.allocate(input.shape(), ArrayType.ACTIVATION_GRAD, workspace);
    p.backwardData.run(delta, rows, result);
    return result;
  }

  private Primitives primitives(INDArray input, INDArray rows, boolean biased) {
    if (primitives == null || primitives.batch != input.size(0) || primitives.biased != biased) {
      primitives = new Primitives(input.size(0), rows.size(1), rows.size(0), biased);
    }
    return primitives;
  }

  /** All primitives for one batch size. */
  private static final class Primitives {
    private final long batch;
    private final boolean biased;
    private final Transfer forwardWeights;
    private final Call forward;
    private final Call backwardData;
    private final Call backwardWeights;

    Primitives(long batch, long inputs, long outputs, boolean biased) {
      this.batch = batch;
      this.biased = biased;
      memory.desc source = Layouts.plain(batch, inputs);
      memory.desc target = Layouts.plain(batch, outputs);
      memory.desc rows = Layouts.plain(outputs, inputs);
      memory.desc bias = Layouts.plain(1, outputs);

      var forwardDesc =
          biased
              ? new matmul.primitive_desc(
                  OneDnnKernels.engine(), source, Layouts.any(inputs, outputs), bias, target)
              : new matmul.primitive_desc(
                  OneDnnKernels.engine(), source, Layouts.any(inputs, outputs), target);
      forwardWeights = Transfer.into(transposed(inputs, outputs), forwardDesc.weights_desc());
      forward = new Call(forwardDesc, new matmul(forwardDesc));
      forward.slot(dnnl.DNNL_ARG_SRC, source).bound(dnnl.DNNL_ARG_WEIGHTS, forwardWeights.own());
      if (biased) {
        forward.slot(dnnl.DNNL_ARG_BIAS, bias);
      }
      forward.slot(dnnl.DNNL_ARG_DST, target);
      backwardData = product(target, rows, source);
      backwardWeights = product(transposed(outputs, batch), source, rows);
    }

    private static Call product(memory.desc left, memory.desc right, memory.desc result) {
      var description = new matmul.primitive_desc(OneDnnKernels.engine(), left, right, result);
      return new Call(description, new matmul(description))
          .slot(dnnl.DNNL_ARG_SRC, left)
          .slot(dnnl.DNNL_ARG_WEIGHTS, right)
          .slot(dnnl.DNNL_ARG_DST, result);
    }

    /** A matrix [rows, columns] that is stored column by column. */
    private static memory.desc transposed(long rows, long columns) {
      return new memory.desc(
          new long[] {rows, columns}, memory.data_type.f32, new long[] {1, rows});
    }
  }
}
