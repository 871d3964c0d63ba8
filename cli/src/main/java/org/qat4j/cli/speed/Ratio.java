package org.qat4j.cli.speed;

import java.util.Locale;

/**
 * How one quantity relates to another that was measured in the same rounds.
 *
 * @param value quotient of the two medians
 * @param low first quartile of the quotients of single rounds
 * @param high third quartile of them
 */
public record Ratio(double value, double low, double high) {
  /** The statistic in words, for every page and table that shows one. */
  public static final String DEFINITION =
      "A ratio is the quotient of two medians over the rounds. In brackets stands its spread: the"
          + " first and third quartile of the quotients of single rounds.";

  /** Such as {@code 1.75 (1.70–1.81)}. */
  @Override
  public String toString() {
    return digits(value) + " (" + digits(low) + "–" + digits(high) + ")";
  }

  /** Three significant digits, without an exponent. */
  public static String digits(double value) {
    if (value >= 100) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    int decimals = value > 0 ? Math.max(0, 2 - (int) Math.floor(Math.log10(value))) : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
