package org.qat4j.inference;

import java.util.Objects;
import java.util.Optional;
import org.qat4j.runtime.Backends;
import org.qat4j.runtime.CallerLayouts;
import org.qat4j.runtime.Choice;
import org.qat4j.runtime.Limits;
import org.qat4j.runtime.SaturationRule;

/**
 * How a session runs. Results do not depend on any of it, except that they lie as asked for.
 *
 * @param backend {@code auto} for the best exact kernels of this machine, or the name of a backend
 *     ({@code onednn}, {@code loops}, {@code reference}), which is then asked first
 * @param threads that share out the images of one call, at least 1; a call with one image uses the
 *     calling thread alone. A service gets more from one single-threaded session for each of its
 *     threads than from one session with many.
 * @param watch counts the values that each layer clamps to its calibrated range, and warns above a
 *     threshold; empty for none, which costs nothing. Watching costs time: no nodes are merged into
 *     one kernel, and what each writes is read again.
 * @param limits of the memory and work of one image; a model that takes more is refused
 * @param layouts of images in the arrays and buffers that callers give and get: channels first, or
 *     channels last, as image libraries have them, which saves a change of order
 * @param choice among several backends' kernels for the same operations: by the rule, which is the
 *     same on every run, or by measurement, which tries each when the session is opened
 */
public record SessionOptions(
    String backend,
    int threads,
    Optional<SaturationRule> watch,
    Limits limits,
    Choice.By choice,
    CallerLayouts layouts) {
  /** The best exact kernels of this machine, on the calling thread, images channels first. */
  public static final SessionOptions DEFAULT =
      new SessionOptions(
          Backends.AUTO,
          1,
          Optional.empty(),
          Limits.DEFAULT,
          Choice.By.RULE,
          CallerLayouts.CHANNELS_FIRST);

  public SessionOptions {
    Objects.requireNonNull(watch, "watch");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(choice, "choice");
    Objects.requireNonNull(layouts, "layouts");
    if (backend.isBlank()) {
      throw new IllegalArgumentException("backend must be a name, for example auto, got a blank");
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be >= 1, got " + threads);
    }
  }

  /** These options with another backend. */
  public SessionOptions withBackend(String name) {
    return new SessionOptions(name, threads, watch, limits, choice, layouts);
  }

  /** These options with another number of threads. */
  public SessionOptions withThreads(int count) {
    return new SessionOptions(backend, count, watch, limits, choice, layouts);
  }

  /** These options with clamped values counted and reported by a rule. */
  public SessionOptions withWatch(SaturationRule rule) {
    return new SessionOptions(backend, threads, Optional.of(rule), limits, choice, layouts);
  }

  /** These options with other limits. */
  public SessionOptions withLimits(Limits other) {
    return new SessionOptions(backend, threads, watch, other, choice, layouts);
  }

  /** These options with kernels chosen in another way. */
  public SessionOptions withChoice(Choice.By by) {
    return new SessionOptions(backend, threads, watch, limits, by, layouts);
  }

  /** These options with images in another order in callers' arrays. */
  public SessionOptions withLayouts(CallerLayouts of) {
    return new SessionOptions(backend, threads, watch, limits, choice, of);
  }
}
