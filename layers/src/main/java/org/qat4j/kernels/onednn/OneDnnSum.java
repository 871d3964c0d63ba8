package org.qat4j.kernels.onednn;

import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Merging;

/** Element-wise sum in memory order. */
final class OneDnnSum implements Merging {
  private long length;
  private Call add;

  @Override
  public INDArray forward(INDArray[] inputs, LayerWorkspaceMgr workspace) {
    if (add == null || length != inputs[0].length()) {
      length = inputs[0].length();
      memory.desc data = Layouts.plain(length);
      var description =
          new binary.primitive_desc(OneDnnKernels.engine(), dnnl.dnnl_binary_add, data, data, data);
      add =
          new Call(description, new binary(description))
              .slot(dnnl.DNNL_ARG_SRC_0, data)
              .slot(dnnl.DNNL_ARG_SRC_1, data)
              .slot(dnnl.DNNL_ARG_DST, data);
    }
    INDArray sum = Layouts.allocate(inputs[0].shape(), ArrayType.INPUT, workspace);
    INDArray left = Layouts.working(inputs[0]);
    for (int i = 1; i < inputs.length; i++) {
      add.run(left, Layouts.working(inputs[i]), sum);
      left = sum;
    }
    return sum;
  }

  @Override
  public INDArray[] backward(INDArray epsilon, long[] channels, LayerWorkspaceMgr workspace) {
    INDArray[] gradients = new INDArray[channels.length];
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = Layouts.allocate(epsilon.shape(), ArrayType.ACTIVATION_GRAD, workspace);
      Layouts.copy(epsilon, gradients[i]);
    }
    return gradients;
  }
}
