package org.qat4j.scheme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IntRangeTest {

  @ParameterizedTest(name = "{0} bits")
  @CsvSource({
    "1, -1, 0, 0, 1",
    "2, -2, 1, 0, 3",
    "4, -8, 7, 0, 15",
    "8, -128, 127, 0, 255",
    "16, -32768, 32767, 0, 65535"
  })
  void signedAndUnsigned_bits_spanAllCodes(
      int bits, int signedMin, int signedMax, int unsignedMin, int unsignedMax) {
    assertEquals(new IntRange(signedMin, signedMax), IntRange.signed(bits));
    assertEquals(new IntRange(unsignedMin, unsignedMax), IntRange.unsigned(bits));
  }

  @Test
  void signedNarrow_eightBits_isSymmetric() {
    assertEquals(new IntRange(-127, 127), IntRange.signedNarrow(8));
  }

  @Test
  void signedNarrow_oneBit_isRefused() {
    var error = assertThrows(IllegalArgumentException.class, () -> IntRange.signedNarrow(1));
    assertEquals("a narrow signed range needs at least 2 bits, got 1", error.getMessage());
  }

  @ParameterizedTest(name = "{0} bits")
  @ValueSource(ints = {-1, 0, 17, 33})
  void signed_bitsOutOfRange_isRefused(int bits) {
    var error = assertThrows(IllegalArgumentException.class, () -> IntRange.signed(bits));
    assertEquals("bits must be in 1..16, got " + bits, error.getMessage());
  }

  @Test
  void constructor_emptyRange_isRefused() {
    var error = assertThrows(IllegalArgumentException.class, () -> new IntRange(3, 3));
    assertEquals("an integer range needs min < max, got [3, 3]", error.getMessage());
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({
    "-1e30, -128",
    "-128.9, -128",
    "-127, -127",
    "0, 0",
    "127, 127",
    "128, 127",
    "Infinity, 127",
    "-Infinity, -128",
    "NaN, -128"
  })
  void clamp_anyValue_staysInRange(double value, int expected) {
    assertEquals(expected, IntRange.signed(8).clamp(value));
  }
}
