package org.qat4j.runtime.onednn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.qat4j.runtime.NativeScope;

/**
 * Weights in every layout that a primitive asked for, each made once. oneDNN chooses the layout
 * with the batch size; mostly all agree. In plain layout they exist only while another is made.
 * Safe for use by several threads.
 */
final class PackedWeights implements AutoCloseable {
  private final NativeScope scope = new NativeScope();
  private final Plain plain;
  private final List<memory> packed = new ArrayList<>();

  /** Makes the weights in plain layout. */
  @FunctionalInterface
  interface Plain {
    memory in(NativeScope scope);
  }

  PackedWeights(Plain plain) {
    this.plain = plain;
  }

  /** The weights in the given layout; they belong to this object. */
  synchronized memory as(memory.desc layout) {
    for (memory existing : packed) {
      try (memory.desc existingLayout = existing.get_desc()) {
        if (existingLayout.equals(layout)) {
          return existing;
        }
      }
    }
    memory made = Memories.allocate(scope, layout);
    try (NativeScope temporary = new NativeScope()) {
      memory from = plain.in(temporary);
      reorder packing = temporary.own(new reorder(from, made));
      stream queue = temporary.own(new stream(OneDnn.cpu()));
      packing.execute(queue, from, made);
      queue._wait();
    }
    packed.add(made);
    return made;
  }

  @Override
  public synchronized void close() {
    packed.clear();
    scope.close();
  }
}
