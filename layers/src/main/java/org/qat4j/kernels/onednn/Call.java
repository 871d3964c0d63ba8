package org.qat4j.kernels.onednn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A primitive with its argument slots. Slots with memory of their own are bound once; the others
 * get an array's address at each call, in the order in which they were declared.
 */
final class Call {
  /** Refers to memory that somebody else owns. */
  private static final class Address extends Pointer {
    Address at(long value) {
      address = value;
      return this;
    }
  }

  private static final Pointer NOWHERE = new Pointer();

  private final primitive made;
  private final stream queue;
  private final dnnl_stream queueHandle;
  private final List<memory> memories = new ArrayList<>();
  private final List<memory> open = new ArrayList<>();
  private final List<Integer> kinds = new ArrayList<>();
  private final Address address = new Address();
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
    memory slot = new memory(layout, OneDnnKernels.engine(), NOWHERE);
    open.add(slot);
    return bound(kind, slot);
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
   * @param arrays one for each slot, in the order of declaration, laid out as declared
   */
  void run(INDArray... arrays) {
    if (arrays.length != open.size()) {
      throw new IllegalArgumentException(
          "oneDNN "
              + implementation
              + ": "
              + arrays.length
              + " arrays for "
              + open.size()
              + " slots");
    }
    for (int i = 0; i < arrays.length; i++) {
      open.get(i).set_data_handle(address.at(Layouts.address(arrays[i])));
    }
    int status = dnnl.dnnl_primitive_execute(made.get(), queueHandle, kinds.size(), arguments());
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException("oneDNN " + implementation + " failed with status " + status);
    }
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
