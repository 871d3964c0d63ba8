package org.qat4j.kernels.nd4j;

import java.util.Arrays;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.qat4j.kernels.Merging;

/** Concatenation along the channels. */
final class Nd4jConcatenation implements Merging {
  @Override
  public INDArray forward(INDArray[] inputs, LayerWorkspaceMgr workspace) {
    return workspace.leverageTo(ArrayType.INPUT, Nd4j.concat(1, inputs));
  }

  @Override
  public INDArray[] backward(INDArray epsilon, long[] channels, LayerWorkspaceMgr workspace) {
    INDArray[] gradients = new INDArray[channels.length];
    long start = 0;
    for (int i = 0; i < gradients.length; i++) {
      INDArrayIndex[] part = new INDArrayIndex[epsilon.rank()];
      Arrays.fill(part, NDArrayIndex.all());
      part[1] = NDArrayIndex.interval(start, start + channels[i]);
      gradients[i] = workspace.dup(ArrayType.ACTIVATION_GRAD, epsilon.get(part), 'c');
      start += channels[i];
    }
    return gradients;
  }
}
