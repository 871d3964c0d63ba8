package org.qat4j.quantizers;

/** How many bits a scheme takes. */
final class Bits {
  private Bits() {}

  /**
   * Of weights whose levels are all integers.
   *
   * @throws IllegalArgumentException naming the scheme
   */
  static void requireUniform(String scheme, int bits) {
    if (bits != 16) {
      require(scheme, bits, 2, 8);
    }
  }

  static void require(String scheme, int bits, int min, int max) {
    if (bits < min || bits > max) {
      throw new IllegalArgumentException(
          scheme
              + " weights cannot have "
              + bits
              + " bits: uniform ones, learned steps and searched ranges take 2 to 8 or 16, powers of"
              + " two 2 to 4 and dorefa 1 to 7 (more do not fit int8 codes), binary 1, ternary 2");
    }
  }
}
