package org.qat4j.runtime;

import org.bytedeco.javacpp.BytePointer;

/**
 * A part of a block of memory.
 *
 * @param offset in bytes from the start of the block
 * @param bytes of the part
 */
public record Slice(Memory memory, long offset, long bytes) {
  /**
   * The start of the part, for native code.
   *
   * @throws IllegalStateException if it is not in the host's memory
   */
  public BytePointer pointer() {
    if (memory instanceof HostSpace.Block host) {
      return new View(host.start(), offset, bytes);
    }
    throw new IllegalStateException("host code cannot reach the memory of a device");
  }

  boolean isOnHost() {
    return memory instanceof HostSpace.Block;
  }

  /** A pointer into memory that another object owns. */
  private static final class View extends BytePointer {
    View(BytePointer block, long offset, long size) {
      super(block);
      address = block.address() + offset;
      position = 0;
      limit = size;
      capacity = size;
    }
  }
}
