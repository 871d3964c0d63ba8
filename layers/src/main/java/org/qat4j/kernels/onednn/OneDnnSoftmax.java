package org.qat4j.kernels.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_forward;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Softmax;

/** Softmax of each row, in place. */
final class OneDnnSoftmax implements Softmax {
  private long rows;
  private long classes;
  private Call call;

  @Override
  public void apply(INDArray logits) {
    if (call == null || rows != logits.size(0) || classes != logits.size(1)) {
      rows = logits.size(0);
      classes = logits.size(1);
      memory.desc data = Layouts.plain(rows, classes);
      var description =
          new softmax_forward.primitive_desc(
              OneDnnKernels.engine(),
              dnnl.dnnl_forward_inference,
              dnnl.dnnl_softmax_accurate,
              data,
              data,
              1);
      call =
          new Call(description, new softmax_forward(description))
              .slot(dnnl.DNNL_ARG_SRC, data)
              .slot(dnnl.DNNL_ARG_DST, data);
    }
    call.run(logits, logits);
  }
}
