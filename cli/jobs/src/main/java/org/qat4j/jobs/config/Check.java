package org.qat4j.jobs.config;

import java.util.List;

/** Range checks of configuration values. */
final class Check {
  private Check() {}

  static void between(String key, long value, long min, long max) {
    if (value < min || value > max) {
      throw new InvalidValueException(key, value, min + " to " + max);
    }
  }

  static void bits(String key, int value) {
    if (!(value >= 1 && value <= 8) && value != 16) {
      throw new InvalidValueException(key, value, "1 to 8, or 16");
    }
  }

  /** A name among others. */
  static void oneOf(String key, String value, List<String> names) {
    if (!names.contains(value)) {
      throw new InvalidValueException(key, value, "one of " + String.join(", ", names));
    }
  }

  /** What a constructor of the library takes; its message says what is allowed. */
  static void accepted(String key, Object value, Runnable constructor) {
    try {
      constructor.run();
    } catch (IllegalArgumentException e) {
      Object shown = value instanceof Enum<?> constant ? ConfigNames.of(constant) : value;
      throw new InvalidValueException(key, shown, e.getMessage());
    }
  }

  /** Greater than 0 and at most {@code max}; NaN is refused. */
  static void positive(String key, double value, double max) {
    if (!(value > 0 && value <= max)) {
      throw new InvalidValueException(key, value, "greater than 0, at most " + max);
    }
  }

  /** From 0 to 1; NaN is refused. */
  static void fraction(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new InvalidValueException(key, value, "0 to 1");
    }
  }
}
