package org.qat4j.kernels.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Fully connected, as three matrix products. */
final class OneDnnDense extends OneDnnLinear {
  private BatchPrimitives primitives;

  @Override
  public INDArray rows(INDArray weights) {
    return weights.transpose();
  }

  @Override
  Primitives primitives(INDArray source, INDArray rows, boolean biased) {
    if (primitives == null
        || primitives.outputShape[0] != source.size(0)
        || primitives.biased != biased) {
      primitives = new BatchPrimitives(source.size(0), rows.size(1), rows.size(0), biased);
    }
    return primitives;
  }

  /** All primitives for one batch size. */
  private static final class BatchPrimitives implements Primitives {
    private final long[] outputShape;
    private final boolean biased;
    private final ForwardPass forward;
    private final Call backwardData;
    private final Call backwardWeights;

    BatchPrimitives(long batch, long inputs, long outputs, boolean biased) {
      this.outputShape = new long[] {batch, outputs};
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
      forward =
          new ForwardPass(
              forwardDesc,
              new matmul(forwardDesc),
              Reordered.into(transposed(inputs, outputs), forwardDesc.weights_desc()),
              source,
              biased ? bias : null,
              target);
      backwardData = product(target, rows, source);
      backwardWeights = product(transposed(outputs, batch), source, rows);
    }

    @Override
    public long[] outputShape() {
      return outputShape;
    }

    @Override
    public void forward(INDArray source, INDArray rows, INDArray bias, INDArray result) {
      forward.run(source, rows.transpose(), bias, result);
    }

    @Override
    public void backwardWeights(
        INDArray source, INDArray delta, INDArray rowsGradient, INDArray biasGradient) {
      backwardWeights.run(delta.transpose(), source, rowsGradient);
      if (biasGradient != null) {
        biasGradient.assign(delta.sum(0).reshape(biasGradient.shape()));
      }
    }

    @Override
    public void backwardData(INDArray delta, INDArray rows, INDArray result) {
      backwardData.run(delta, rows, result);
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
