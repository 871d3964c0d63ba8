package org.qat4j.cli.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatioTest {
  @Test
  void median_ofRounds_isTheMiddle() {
    assertEquals(3, new Samples(9, 1, 3).median());
    assertEquals(2, new Samples(1, 3).median());
  }

  @Test
  void samples_none_areRefused() {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> new Samples());
    assertEquals("no values have no median", refused.getMessage());
  }

  @Test
  void ratio_ofRoundsThatDrift_isTheQuotientOfMediansWithQuartilesOfQuotients() {
    // Quotients of the rounds: 2, 3, 1, 5 and 4; their median would be 3.
    Samples own = new Samples(1, 2, 10, 4, 3);
    Samples peer = new Samples(2, 6, 10, 20, 12);

    assertEquals(3, own.median());
    assertEquals(10, peer.median());

    assertEquals(new Ratio(10.0 / 3, 2, 4), own.speedAgainst(peer));
  }

  @Test
  void ratio_quartilesBetweenRounds_areInterpolated() {
    Ratio ratio = new Samples(1, 1).speedAgainst(new Samples(1, 2));

    assertEquals(new Ratio(1.5, 1.25, 1.75), ratio);
    assertEquals("1.50 (1.25–1.75)", ratio.toString());
  }

  @Test
  void ratio_ofOtherRounds_isRefused() {
    Samples two = new Samples(1, 1);
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> two.speedAgainst(new Samples(1)));
    assertEquals("a ratio needs the same rounds: 2 and 1", refused.getMessage());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "1234.5, 1235",
    "123.4, 123",
    "12.34, 12.3",
    "1.5, 1.50",
    "0.01234, 0.0123",
    "0, 0.00"
  })
  void digits_ofAnyMagnitude_areThree(double value, String text) {
    assertEquals(text, Ratio.digits(value));
  }
}
