package org.qat4j.runtime;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** One thread's buffers and primitives, for the batch sizes it used last. Used by one at a time. */
final class Member implements AutoCloseable {
  private static final int KEPT_SIZES = 8;

  private final Program program;
  private final int ways;
  private final Map<Integer, BoundProgram> bound = new LinkedHashMap<>(16, 0.75f, true);
  private final Optional<SaturationWatch> watch;
  private BoundProgram latest;

  /**
   * A thread's part of a session.
   *
   * @param ways how many threads may share the work of a step when there is only one image
   */
  Member(Program program, int ways, Optional<SaturationWatch> watch) {
    this.program = program;
    this.ways = ways;
    this.watch = watch;
  }

  /** The network bound to a batch size; allocates nothing if the size is among those kept. */
  BoundProgram bound(int images) {
    if (latest != null && latest.batch() == images) {
      return latest;
    }
    BoundProgram found = bound.get(images);
    if (found == null) {
      found = new BoundProgram(program, images, images == 1 ? ways : 1, false, watch);
      bound.put(images, found);
      dropOldest();
    }
    latest = found;
    return found;
  }

  /** What was used last, or the network bound to one image. */
  BoundProgram latest() {
    return latest == null ? bound(1) : latest;
  }

  private void dropOldest() {
    if (bound.size() > KEPT_SIZES) {
      Iterator<BoundProgram> oldest = bound.values().iterator();
      oldest.next().close();
      oldest.remove();
    }
  }

  @Override
  public void close() {
    bound.values().forEach(BoundProgram::close);
    bound.clear();
    latest = null;
  }
}
