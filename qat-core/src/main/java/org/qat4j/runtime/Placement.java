package org.qat4j.runtime;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the tensors of a batch lie: in one block of each memory space. Computed before the blocks
 * are allocated.
 */
final class Placement {
  private final Program program;
  private final int batch;
  private final Map<MemorySpace, FirstFit> blocks = new LinkedHashMap<>();
  private final Map<StoredTensor, Long> offsets = new LinkedHashMap<>();
  private final Map<Integer, Long> workspaces = new HashMap<>();

  /**
   * Places the tensors that a program reads and writes, and the workspaces of its kernels.
   *
   * @param keepAll gives each tensor its own memory, so that all can be read after a run
   * @throws IllegalArgumentException if a tensor of the batch has more than 2^31 - 1 bytes
   */
  Placement(Program program, int batch, boolean keepAll) {
    this.program = program;
    this.batch = batch;
    Map<StoredTensor, Integer> lastUses = lastUses(keepAll);
    program.inputs().forEach(input -> place(input, lastUses.getOrDefault(input, 0)));
    List<Part> parts = program.parts();
    for (int i = 0; i < parts.size(); i++) {
      int step = i;
      blocks.values().forEach(block -> block.advanceTo(step));
      parts.get(i).writes().forEach(made -> place(made, lastUses.getOrDefault(made, step)));
      placeWorkspace(parts.get(i), i);
    }
  }

  private void place(StoredTensor stored, int lastUse) {
    offsets.put(stored, block(stored).place(size(stored), lastUse));
  }

  private void placeWorkspace(Part part, int step) {
    long bytes = part.kernel().workspaceBytes(batch);
    if (bytes > 0) {
      workspaces.put(step, block(part.lastWritten()).place(bytes, step));
    }
  }

  private FirstFit block(StoredTensor stored) {
    return blocks.computeIfAbsent(
        stored.storage().space(), space -> new FirstFit(NativeScope.ALIGNMENT));
  }

  private long size(StoredTensor stored) {
    long bytes = stored.bytes(batch);
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "tensor '"
              + stored.tensor().name()
              + "': "
              + batch
              + " images of "
              + stored.tensor().shape()
              + " are "
              + bytes
              + " bytes, at most "
              + Integer.MAX_VALUE
              + " are supported: use smaller batches");
    }
    return bytes;
  }

  private Map<StoredTensor, Integer> lastUses(boolean keepAll) {
    Map<StoredTensor, Integer> lastUses = new HashMap<>();
    List<Part> parts = program.parts();
    for (int i = 0; i < parts.size(); i++) {
      int step = i;
      parts.get(i).needs().forEach(needed -> lastUses.put(needed, step));
    }
    program.outputs().forEach(output -> lastUses.put(output, Integer.MAX_VALUE));
    if (keepAll) {
      program.stored().forEach(stored -> lastUses.put(stored, Integer.MAX_VALUE));
    }
    return lastUses;
  }

  /** In bytes from the start of the space's block, in the order in which they are written. */
  Map<StoredTensor, Long> offsets() {
    return offsets;
  }

  /** Likewise of a part's workspace; empty if it needs none. */
  Optional<Long> workspace(int part) {
    return Optional.ofNullable(workspaces.get(part));
  }

  /** Sizes of the blocks. */
  Map<MemorySpace, Long> blocks() {
    Map<MemorySpace, Long> sizes = new LinkedHashMap<>();
    blocks.forEach((space, block) -> sizes.put(space, block.bytes()));
    return sizes;
  }

  /** Of all blocks together. */
  long bytes() {
    return blocks.values().stream().mapToLong(FirstFit::bytes).sum();
  }
}
