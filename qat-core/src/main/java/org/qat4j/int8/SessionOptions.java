package org.qat4j.int8;

import org.qat4j.runtime.Backends;

/**
 * How a session runs. Results do not depend on any of it.
 *
 * @param backend {@code auto} for the best exact kernels of this machine, or the name of a backend
 *     ({@code onednn}, {@code loops}, {@code reference}), which is then asked first
 * @param threads that share out the images of one call, at least 1; a call with one image uses the
 *     calling thread alone. A service gets more from one single-threaded session for each of its
 *     threads than from one session with many.
 */
public record SessionOptions(String backend, int threads) {
  /** The best exact kernels of this machine, on the calling thread. */
  public static final SessionOptions DEFAULT = new SessionOptions(Backends.AUTO, 1);

  public SessionOptions {
    if (backend.isBlank()) {
      throw new IllegalArgumentException("backend must be a name, for example auto, got a blank");
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be >= 1, got " + threads);
    }
  }

  /** These options with another backend. */
  public SessionOptions withBackend(String name) {
    return new SessionOptions(name, threads);
  }

  /** These options with another number of threads. */
  public SessionOptions withThreads(int count) {
    return new SessionOptions(backend, count);
  }
}
