package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places buffers in one block of memory so that those that live at the same time do not overlap and
 * those that do not may. First fit, in order of execution.
 */
final class MemoryLayout {
  private final int alignment;
  private final List<Placed> living = new ArrayList<>();
  private long bytes;

  private record Placed(long start, long end, int lastUse) {}

  MemoryLayout(int alignment) {
    this.alignment = alignment;
  }

  /** Forgets buffers whose last use was before this step. */
  void advanceTo(int step) {
    living.removeIf(placed -> placed.lastUse() < step);
  }

  /**
   * Finds room for a buffer.
   *
   * @param lastUse the last step that reads the buffer
   * @return offset from the start of the block
   */
  long place(long size, int lastUse) {
    long rounded = (size + alignment - 1) / alignment * alignment;
    long start = 0;
    for (Placed placed : living) {
      if (start + rounded <= placed.start()) {
        break;
      }
      start = Math.max(start, placed.end());
    }
    living.add(new Placed(start, start + rounded, lastUse));
    living.sort(Comparator.comparingLong(Placed::start));
    bytes = Math.max(bytes, start + rounded);
    return start;
  }

  /** Size of the whole block. */
  long bytes() {
    return bytes;
  }
}
