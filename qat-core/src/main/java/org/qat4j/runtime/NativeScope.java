package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * The one owner of native objects. Holds a strong reference to each, because JavaCPP frees what the
 * garbage collector finds unreferenced even while native code uses it, and frees all in reverse
 * order on {@link #close()}.
 */
public final class NativeScope implements AutoCloseable {
  /** Of blocks, and of what is placed in them. */
  static final int ALIGNMENT = 64;

  private static final AtomicLong LIVE = new AtomicLong();

  private final List<Pointer> owned = new ArrayList<>();

  /** Takes ownership. */
  public <P extends Pointer> P own(P pointer) {
    owned.add(pointer);
    LIVE.incrementAndGet();
    return pointer;
  }

  /**
   * A block of native memory that begins at a multiple of 64 bytes.
   *
   * @throws IllegalStateException if it cannot be had; nothing is then allocated
   */
  public BytePointer allocate(long bytes) {
    try {
      BytePointer block = own(new BytePointer(bytes + ALIGNMENT));
      long start = -block.address() & (ALIGNMENT - 1);
      return block.getPointer(start).limit(bytes).capacity(bytes);
    } catch (OutOfMemoryError e) {
      throw new IllegalStateException(
          "there is no room for "
              + bytes
              + " bytes of native memory ("
              + e.getMessage()
              + "): use smaller images or batches or fewer sessions, or raise -Xmx or"
              + " -Dorg.bytedeco.javacpp.maxbytes and maxphysicalbytes",
          e);
    }
  }

  /**
   * What {@code content} makes of a new scope, which then belongs to the result; if it fails, what
   * it made so far is freed.
   */
  public static <T> T filled(Function<NativeScope, T> content) {
    NativeScope scope = new NativeScope();
    try {
      return content.apply(scope);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  /** Native objects that are owned and not yet freed, in the whole process. */
  public static long live() {
    return LIVE.get();
  }

  @Override
  public void close() {
    for (int i = owned.size() - 1; i >= 0; i--) {
      owned.get(i).deallocate();
      LIVE.decrementAndGet();
    }
    owned.clear();
  }
}
