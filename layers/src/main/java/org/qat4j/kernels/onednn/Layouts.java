package org.qat4j.kernels.onednn;

import java.util.Arrays;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.ChannelsLast;

/** ND4J arrays as oneDNN sees them. */
final class Layouts {
  private static final int FLOAT_BYTES = 4;

  private Layouts() {}

  /** Where the first element is. */
  static long address(INDArray array) {
    return array.data().address() + array.offset() * FLOAT_BYTES;
  }

  /** The layout that the array has now. */
  static memory.desc of(INDArray array) {
    return new memory.desc(array.shape(), memory.data_type.f32, strides(array));
  }

  /**
   * The strides; those of dimensions of size 1 do not matter to ND4J, but must be positive for
   * oneDNN.
   */
  private static long[] strides(INDArray array) {
    long[] strides = array.stride().clone();
    for (int i = 0; i < strides.length; i++) {
      strides[i] = Math.max(1, strides[i]);
    }
    return strides;
  }

  static memory.desc plain(long... dims) {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dims[i];
    }
    return new memory.desc(dims, memory.data_type.f32, strides);
  }

  /** Lets the primitive choose. */
  static memory.desc any(long... dims) {
    return new memory.desc(dims, memory.data_type.f32, memory.format_tag.any);
  }

  static memory.desc channelsLast(long[] dims) {
    return new memory.desc(dims, memory.data_type.f32, memory.format_tag.nhwc);
  }

  /** Uninitialized, in the layout that the kernels work in: channels last for images. */
  static INDArray allocate(long[] shape, ArrayType type, LayerWorkspaceMgr workspace) {
    return ChannelsLast.allocate(shape, DataType.FLOAT, type, workspace);
  }

  /** The same in the workspace that is open now. */
  static INDArray allocate(long[] shape) {
    return shape.length == 4
        ? Nd4j.createUninitialized(DataType.FLOAT, shape[0], shape[2], shape[3], shape[1])
            .permute(0, 3, 1, 2)
        : Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
  }

  /** The array itself if it is in the working layout, else a copy that is. */
  static INDArray working(INDArray array) {
    if (ChannelsLast.has(array)) {
      return array;
    }
    INDArray copy = allocate(array.shape());
    copy(array, copy);
    return copy;
  }

  /** oneDNN takes any positive strides, but not the zeros of a broadcast view. */
  private static boolean isDense(INDArray array) {
    return Arrays.stream(array.stride()).allMatch(stride -> stride > 0);
  }

  /** Copies between any layouts. */
  static void copy(INDArray array, INDArray to) {
    INDArray from = isDense(array) ? array : array.dup('c');
    memory.desc source = of(from);
    memory.desc target = of(to);
    reorder.primitive_desc description =
        new reorder.primitive_desc(OneDnnKernels.engine(), source, OneDnnKernels.engine(), target);
    new Call(description, new reorder(description))
        .slot(dnnl.DNNL_ARG_FROM, source)
        .slot(dnnl.DNNL_ARG_TO, target)
        .run(from, to);
  }
}
