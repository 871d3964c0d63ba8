package org.qat4j.kernels.onednn;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A primitive with its arguments. Those with memory of their own are bound once; the others are
 * slots, which get an array's address at each call, in the order in which they were declared.
 *
 * <p>Native code sees addresses only: what they belong to, arrays and this call alike, stays
 * reachable until it is done.
 */
final class Call {
  private final primitive made;
  private final stream queue;
  private final dnnl_stream queueHandle;
  private final List<memory> memories = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();
  private final List<Integer> kinds = new ArrayList<>();
  private final String implementation;
  private dnnl_exec_arg_t arguments;

  Call(primitive_desc_base description, primitive made) {
    this.made = made;
    this.implementation = description.impl_info_str().getString();
    this.queue = new stream(OneDnnKernels.engine());
    this.queueHandle = queue.get();
  }

  /** Declares an argument whose address each call gives. */
  Call slot(int kind, memory.desc layout) {
    Slot slot = new Slot(layout);
    slots.add(slot);
    return bound(kind, slot.argument());
  }

  /** Declares an argument with memory of its own. */
  Call bound(int kind, memory value) {
    kinds.add(kind);
    memories.add(value);
    return this;
  }

  /**
   * Runs and waits.
   *
   * @param arrays one for each slot, in the order of declaration
   * @throws IllegalArgumentException if one does not fit its slot
   */
  void run(INDArray... arrays) {
    requireFitting(arrays);
    for (int i = 0; i < arrays.length; i++) {
      slots.get(i).place(arrays[i]);
    }
    int status;
    try {
      status = dnnl.dnnl_primitive_execute(made.get(), queueHandle, kinds.size(), arguments());
    } finally {
      for (INDArray array : arrays) {
        Reference.reachabilityFence(array);
      }
      Reference.reachabilityFence(this);
    }
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException("oneDNN " + implementation + " failed with status " + status);
    }
  }

  private void requireFitting(INDArray[] arrays) {
    if (arrays.length != slots.size()) {
      throw misfit(arrays.length + " arrays for " + slots.size() + " slots");
    }
    for (int i = 0; i < arrays.length; i++) {
      if (!slots.get(i).fits(arrays[i])) {
        throw misfit(
            "array " + i + " must be " + slots.get(i) + "; got " + Slot.describe(arrays[i]));
      }
    }
  }

  private IllegalArgumentException misfit(String what) {
    return new IllegalArgumentException("oneDNN " + implementation + ": " + what);
  }

  private dnnl_exec_arg_t arguments() {
    if (arguments == null) {
      arguments = new dnnl_exec_arg_t(kinds.size());
      for (int i = 0; i < kinds.size(); i++) {
        arguments.position(i).arg(kinds.get(i)).memory(memories.get(i).get());
      }
      arguments.position(0);
    }
    return arguments;
  }
}
