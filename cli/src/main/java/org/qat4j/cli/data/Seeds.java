package org.qat4j.cli.data;

import java.util.Random;

/** Independent random streams from one seed. */
final class Seeds {
  private Seeds() {}

  /** A stream for the given position; {@link Random}'s sequence is the same on every JVM. */
  static Random random(long seed, long... position) {
    long mixed = mix(seed);
    for (long coordinate : position) {
      mixed = mix(mixed ^ mix(coordinate));
    }
    return new Random(mixed);
  }

  /**
   * The finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbouring seeds give unrelated
   * streams.
   */
  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
