package org.qat4j.cli.error;

/**
 * A failure that the user can do something about. The message stands alone: where, what, expected,
 * actual, what to do.
 */
public final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UserException(String message) {
    super(message);
  }

  public UserException(String message, Throwable cause) {
    super(message, cause);
  }
}
