package org.qat4j.kernels.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies between an array and memory in a primitive's own layout. */
final class Reordered {
  private final memory own;
  private final Call call;

  private Reordered(memory own, Call call) {
    this.own = own;
    this.call = call;
  }

  /** From an array of layout {@code from} into own memory of layout {@code to}. */
  static Reordered into(memory.desc from, memory.desc to) {
    memory own = new memory(to, OneDnnKernels.engine());
    return new Reordered(
        own, call(from, to).slot(dnnl.DNNL_ARG_FROM, from).bound(dnnl.DNNL_ARG_TO, own));
  }

  /** From own memory of layout {@code from} to an array of layout {@code to}. */
  static Reordered outOf(memory.desc from, memory.desc to) {
    memory own = new memory(from, OneDnnKernels.engine());
    return new Reordered(
        own, call(from, to).bound(dnnl.DNNL_ARG_FROM, own).slot(dnnl.DNNL_ARG_TO, to));
  }

  private static Call call(memory.desc from, memory.desc to) {
    var description =
        new reorder.primitive_desc(OneDnnKernels.engine(), from, OneDnnKernels.engine(), to);
    return new Call(description, new reorder(description));
  }

  /** The memory in the primitive's layout. */
  memory own() {
    return own;
  }

  void run(INDArray array) {
    call.run(array);
  }
}
