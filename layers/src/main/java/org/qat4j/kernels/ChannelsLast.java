package org.qat4j.kernels;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The order in which kernels work: images lie {@code [batch, height, width, channels]}, in views of
 * the shape {@code [batch, channels, height, width]} that Deeplearning4j sees; all else lies in row
 * order.
 */
public final class ChannelsLast {
  private ChannelsLast() {}

  /** Whether an array lies so, without gaps. */
  public static boolean has(INDArray array) {
    return array.rank() == 4 ? isDense(array, 0, 2, 3, 1) : isInRowOrder(array);
  }

  /** Whether an array lies as its shape says, without gaps. */
  public static boolean isInRowOrder(INDArray array) {
    int[] axes = new int[array.rank()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i;
    }
    return isDense(array, axes);
  }

  /**
   * @param axes from that with the largest stride to that with the smallest
   */
  private static boolean isDense(INDArray array, int... axes) {
    long expected = 1;
    for (int i = axes.length - 1; i >= 0; i--) {
      long size = array.size(axes[i]);
      if (size > 1 && array.stride(axes[i]) != expected) {
        return false;
      }
      expected *= size;
    }
    return true;
  }

  /** Uninitialized. */
  public static INDArray allocate(
      long[] shape, DataType dataType, ArrayType type, LayerWorkspaceMgr workspace) {
    if (shape.length != 4) {
      return workspace.createUninitialized(type, dataType, shape, 'c');
    }
    long[] last = {shape[0], shape[2], shape[3], shape[1]};
    return workspace.createUninitialized(type, dataType, last, 'c').permute(0, 3, 1, 2);
  }
}
