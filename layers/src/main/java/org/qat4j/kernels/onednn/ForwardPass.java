package org.qat4j.kernels.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_desc_base;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A convolution or matrix product whose weights are brought into its own layout at each call. */
final class ForwardPass {
  private final Reordered weights;
  private final Call call;

  /**
   * Declares the arguments.
   *
   * @param bias its layout, or null without a bias
   */
  ForwardPass(
      primitive_desc_base description,
      primitive made,
      Reordered weights,
      memory.desc source,
      memory.desc bias,
      memory.desc target) {
    this.weights = weights;
    call = new Call(description, made);
    call.slot(dnnl.DNNL_ARG_SRC, source).bound(dnnl.DNNL_ARG_WEIGHTS, weights.own());
    if (bias != null) {
      call.slot(dnnl.DNNL_ARG_BIAS, bias);
    }
    call.slot(dnnl.DNNL_ARG_DST, target);
  }

  /**
   * Computes.
   *
   * @param bias null where none was declared
   */
  void run(INDArray source, INDArray rows, INDArray bias, INDArray result) {
    weights.run(rows);
    if (bias == null) {
      call.run(source, result);
    } else {
      call.run(source, bias, result);
    }
  }
}
