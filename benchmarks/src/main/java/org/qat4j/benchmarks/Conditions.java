package org.qat4j.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import org.qat4j.examples.report.Environment;

/**
 * What the numbers of a run depend on.
 *
 * @param flags of the JVM, as given
 * @param onnxRuntime its version
 * @param gopsPerThread int8 speed of one thread, in giga-operations a second
 * @param rounds of which a number is the median
 * @param seconds of each engine in a round
 */
record Conditions(
    Environment environment,
    List<String> flags,
    String onnxRuntime,
    double gopsPerThread,
    int rounds,
    double seconds) {

  /** Those of this process, with the machine's speed measured now. */
  static Conditions measure(int rounds, double seconds) throws IOException {
    return new Conditions(
        Environment.current(),
        ManagementFactory.getRuntimeMXBean().getInputArguments(),
        OrtEngine.version(),
        Int8Peak.gopsPerThread(),
        rounds,
        seconds);
  }

  /** The flags, or that there are none. */
  String flagsInWords() {
    return flags.isEmpty() ? "none" : String.join(" ", flags);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, %d processors, %s, flags: %s; ONNX Runtime %s; int8 peak %.0f GOPS a thread",
        environment.cpu(),
        environment.cores(),
        environment.jvm(),
        flagsInWords(),
        onnxRuntime,
        gopsPerThread);
  }
}
