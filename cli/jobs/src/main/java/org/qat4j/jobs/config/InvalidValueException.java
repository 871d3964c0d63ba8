package org.qat4j.jobs.config;

/**
 * A value that its record refuses. The reader adds the file, the line and the path of the record.
 */
final class InvalidValueException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String key;

  InvalidValueException(String key, Object value, String allowed) {
    super("is " + value + "; allowed: " + allowed);
    this.key = key;
  }

  /** Name of the key inside its record. */
  String key() {
    return key;
  }
}
