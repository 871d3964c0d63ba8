package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * Places buffers in one block of memory so that those that live at the same time do not overlap and
 * those that do not may. First fit, in order of execution.
 */
final class FirstFit {
  private final int alignment;

  /** In the order of their places. */
  private final List<Placed> living = new ArrayList<>();

  private int firstLastUse = Integer.MAX_VALUE;

  /** How many of the first have nothing free before and between them. */
  private int gapless;

  private long bytes;

  private record Placed(long start, long end, int lastUse) {}

  FirstFit(int alignment) {
    this.alignment = alignment;
  }

  /** Forgets buffers whose last use was before this step. */
  void advanceTo(int step) {
    if (firstLastUse < step) {
      living.removeIf(placed -> placed.lastUse() < step);
      firstLastUse = living.stream().mapToInt(Placed::lastUse).min().orElse(Integer.MAX_VALUE);
      gapless = 0;
    }
  }

  /**
   * Finds room for a buffer.
   *
   * @param lastUse the last step that reads the buffer
   * @return offset from the start of the block
   */
  long place(long size, int lastUse) {
    long rounded = (size + alignment - 1) / alignment * alignment;
    int at = gapless;
    long start = end(at);
    while (at < living.size() && start + rounded > living.get(at).start()) {
      start = Math.max(start, living.get(at).end());
      at++;
    }
    living.add(at, new Placed(start, start + rounded, lastUse));
    firstLastUse = Math.min(firstLastUse, lastUse);
    while (gapless < living.size() && living.get(gapless).start() == end(gapless)) {
      gapless++;
    }
    bytes = Math.max(bytes, start + rounded);
    return start;
  }

  /** Where the first {@code count} end. */
  private long end(int count) {
    return count == 0 ? 0 : living.get(count - 1).end();
  }

  /** Size of the whole block. */
  long bytes() {
    return bytes;
  }
}
