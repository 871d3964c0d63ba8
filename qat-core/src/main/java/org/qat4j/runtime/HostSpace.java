package org.qat4j.runtime;

import org.bytedeco.javacpp.BytePointer;

/** Native memory of the process. */
final class HostSpace implements MemorySpace {
  @Override
  public String name() {
    return "host";
  }

  @Override
  public Memory allocate(long bytes) {
    return NativeScope.filled(scope -> new Block(scope, scope.allocate(bytes)));
  }

  /** Begins at a multiple of {@link NativeScope#ALIGNMENT}. */
  record Block(NativeScope scope, BytePointer start) implements Memory {
    @Override
    public void close() {
      scope.close();
    }
  }
}
