package org.qat4j.runtime.onednn;

import java.util.Optional;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/** The native library: loaded once per process, on first use. */
final class OneDnn {
  /** Bits of oneDNN's instruction set numbers that stand for a u8*s8 dot product into int32. */
  private static final int VNNI_BITS = 0x40 | 0x08;

  private static final OneDnn INSTANCE = load();

  private final Optional<String> absence;
  private final engine cpu;
  private final boolean int8Exact;

  private OneDnn(Optional<String> absence, engine cpu, boolean int8Exact) {
    this.absence = absence;
    this.cpu = cpu;
    this.int8Exact = int8Exact;
  }

  private static OneDnn load() {
    try {
      Loader.load(dnnl.class);
      boolean x86 = Loader.Detector.getPlatform().endsWith("x86_64");
      boolean vnni = (dnnl.dnnl_get_effective_cpu_isa() & VNNI_BITS) != 0;
      return new OneDnn(Optional.empty(), new engine(engine.kind.cpu, 0), x86 && vnni);
    } catch (LinkageError | TypeNotPresentException e) {
      return new OneDnn(
          Optional.of(
              "oneDNN's native library does not load ("
                  + e
                  + "); put the artifacts dnnl, opencl and javacpp of "
                  + "org.bytedeco for this platform on the class path"),
          null,
          false);
    }
  }

  /** Why the library cannot be used here. */
  static Optional<String> absence() {
    return INSTANCE.absence;
  }

  static engine cpu() {
    return INSTANCE.cpu;
  }

  /**
   * Whether products of 8-bit codes are summed exactly. Without VNNI, pairs of products saturate at
   * int16.
   */
  static boolean int8Exact() {
    return INSTANCE.int8Exact;
  }
}
