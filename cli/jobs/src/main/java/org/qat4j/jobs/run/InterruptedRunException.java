package org.qat4j.jobs.run;

/** The job was asked to stop and has; its checkpoint is written. */
public final class InterruptedRunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InterruptedRunException(String message) {
    super(message);
  }
}
