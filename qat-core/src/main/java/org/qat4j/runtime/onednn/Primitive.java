package org.qat4j.runtime.onednn;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.stream;
import org.qat4j.runtime.NativeScope;

/** A oneDNN primitive with its arguments. Everything it refers to belongs to its scope. */
final class Primitive {
  private final NativeScope scope;
  private final dnnl_primitive handle;
  private final dnnl_stream stream;
  private final dnnl_exec_arg_t arguments;
  private final int count;
  private final String implementation;

  private Primitive(Builder builder) {
    this.scope = builder.scope;
    this.handle = scope.own(builder.made.get());
    this.stream = scope.own(scope.own(new stream(OneDnn.cpu())).get());
    this.count = builder.kinds.size();
    this.arguments = scope.own(new dnnl_exec_arg_t(count));
    for (int i = 0; i < count; i++) {
      arguments.position(i).arg(builder.kinds.get(i)).memory(builder.memories.get(i).get());
    }
    arguments.position(0);
    this.implementation = builder.implementation;
  }

  /** The scope keeps all that the arguments point to reachable: JavaCPP frees what is not. */
  void execute() {
    int status;
    try {
      status = dnnl.dnnl_primitive_execute(handle, stream, count, arguments);
    } finally {
      Reference.reachabilityFence(scope);
    }
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException("oneDNN " + implementation + " failed with status " + status);
    }
  }

  /** As oneDNN names it. */
  String implementation() {
    return implementation;
  }

  /** Collects the arguments of a primitive. */
  static final class Builder {
    private final NativeScope scope;
    private final primitive made;
    private final String implementation;
    private final List<Integer> kinds = new ArrayList<>();
    private final List<memory> memories = new ArrayList<>();

    /**
     * @param description owned by the scope
     * @param made from it, owned by the scope
     */
    Builder(NativeScope scope, primitive_desc_base description, primitive made) {
      this.scope = scope;
      this.made = made;
      this.implementation = description.impl_info_str().getString();
      memory.desc scratchpad = scope.own(description.scratchpad_desc());
      if (scratchpad.get_size() > 0) {
        argument(dnnl.DNNL_ARG_SCRATCHPAD, Memories.allocate(scope, scratchpad));
      }
    }

    Builder argument(int kind, memory value) {
      kinds.add(kind);
      memories.add(value);
      return this;
    }

    Primitive build() {
      return new Primitive(this);
    }
  }
}
