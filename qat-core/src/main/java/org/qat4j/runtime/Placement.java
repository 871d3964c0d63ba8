package org.qat4j.runtime;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Program.Part;

/**
 * Where the tensors of a batch lie in one block of memory. Computed before the block is allocated.
 *
 * @param offsets in bytes from the start of the block
 * @param bytes of the block
 */
record Placement(Map<Tensor, Long> offsets, long bytes) {
  /**
   * Places the tensors that a program reads and writes.
   *
   * @param keepAll gives each tensor its own memory, so that all can be read after a run
   * @throws IllegalArgumentException if a tensor of the batch has more than 2^31 - 1 bytes
   */
  static Placement of(Program program, int batch, boolean keepAll) {
    Map<Tensor, Integer> lastUse = lastUses(program, keepAll);
    FirstFit layout = new FirstFit(NativeScope.ALIGNMENT);
    Map<Tensor, Long> offsets = new LinkedHashMap<>();
    for (Tensor input : program.graph().inputs()) {
      offsets.put(input, layout.place(size(input, batch), lastUse.get(input)));
    }
    List<Part> parts = program.parts();
    for (int i = 0; i < parts.size(); i++) {
      Tensor output = parts.get(i).region().output();
      layout.advanceTo(i);
      offsets.put(output, layout.place(size(output, batch), lastUse.getOrDefault(output, i)));
    }
    return new Placement(offsets, layout.bytes());
  }

  private static long size(Tensor tensor, int batch) {
    long bytes = Buffer.byteSize(tensor, batch);
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "tensor '"
              + tensor.name()
              + "': "
              + batch
              + " images of "
              + tensor.shape()
              + " are "
              + bytes
              + " bytes, at most "
              + Integer.MAX_VALUE
              + " are supported: use smaller batches");
    }
    return bytes;
  }

  private static Map<Tensor, Integer> lastUses(Program program, boolean keepAll) {
    Map<Tensor, Integer> lastUse = new HashMap<>();
    List<Part> parts = program.parts();
    program.graph().inputs().forEach(tensor -> lastUse.put(tensor, 0));
    for (int i = 0; i < parts.size(); i++) {
      for (Tensor input : parts.get(i).region().inputs()) {
        lastUse.put(input, i);
      }
    }
    program.graph().outputs().forEach(tensor -> lastUse.put(tensor, Integer.MAX_VALUE));
    if (keepAll) {
      program.graph().tensors().forEach(tensor -> lastUse.put(tensor, Integer.MAX_VALUE));
    }
    return lastUse;
  }
}
