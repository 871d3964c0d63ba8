package org.qat4j.runtime.onednn;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencl.User_func_Pointer;

/**
 * The number of threads that oneDNN uses for calls from the current thread: one. Its own parallel
 * loops meet at a barrier after every primitive, and when the machine is busy each barrier waits
 * for a time slice (measured: 200 ms where one thread needs 0.4), so sessions share out images
 * instead.
 *
 * <p>oneDNN asks OpenMP, whose setting belongs to the calling thread, and the presets offer no
 * function to set it. {@code omp_set_num_threads} takes one integer and returns nothing, so it is
 * called through the one mapped type for functions of one pointer: both pass their argument in the
 * same register on every platform the library is built for.
 */
final class OpenMp {
  private static final int DEFAULT_THREADS = defaultThreads();
  private static final Pointer ONE = new Argument(1);
  private static final Pointer ALL = new Argument(DEFAULT_THREADS);
  private static final PointerPointer<Pointer> CELL = new PointerPointer<>(1);
  private static final User_func_Pointer SET_NUM_THREADS = function();

  private OpenMp() {}

  /** An integer in the place of an address. */
  private static final class Argument extends Pointer {
    Argument(int value) {
      address = value;
    }
  }

  private static User_func_Pointer function() {
    Pointer function = Loader.addressof("omp_set_num_threads");
    if (function == null || function.isNull()) {
      return null;
    }
    CELL.put(0, function);
    return new User_func_Pointer(CELL);
  }

  private static int defaultThreads() {
    String configured = System.getenv("OMP_NUM_THREADS");
    return configured != null && configured.matches("[1-9][0-9]{0,3}")
        ? Integer.parseInt(configured)
        : Runtime.getRuntime().availableProcessors();
  }

  /**
   * Keeps oneDNN's work on the current thread.
   *
   * @throws IllegalStateException if OpenMP's default is another number and cannot be changed
   */
  static void useOneThread() {
    if (DEFAULT_THREADS != 1) {
      set(ONE);
    }
  }

  /** Other libraries on this thread get OpenMP's default again. */
  static void restore() {
    if (DEFAULT_THREADS != 1) {
      set(ALL);
    }
  }

  private static void set(Pointer threads) {
    if (SET_NUM_THREADS == null) {
      throw new IllegalStateException(
          "this platform offers no way to limit oneDNN to one thread:"
              + " set the environment variable OMP_NUM_THREADS=1 before the program starts");
    }
    SET_NUM_THREADS.call(threads);
  }
}
