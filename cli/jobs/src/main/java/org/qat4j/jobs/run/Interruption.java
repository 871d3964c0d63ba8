package org.qat4j.jobs.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a job end in order when the process is told to stop (Ctrl-C, SIGTERM): the JVM's shutdown
 * waits until the job has reached a safe point and written its checkpoint.
 */
public final class Interruption implements AutoCloseable {
  /** Exit status of an interrupted job: 128 + SIGINT, as shells have it. */
  public static final int EXIT_STATUS = 130;

  private static final long PATIENCE_SECONDS = 120;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::await, "interruption");
  private volatile boolean requested;
  private volatile boolean acknowledged;

  private Interruption() {}

  /** Starts to listen; closing it stops that. */
  public static Interruption listen() {
    Interruption interruption = new Interruption();
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  /** One that is never requested by the process, for use inside a program of one's own. */
  public static Interruption none() {
    return new Interruption();
  }

  /** Whether the job should stop at its next safe point. */
  public boolean requested() {
    return requested;
  }

  /** Asks the job to stop at its next safe point. */
  public void request() {
    requested = true;
  }

  /** The job has stopped because of the request and everything is saved. */
  public void acknowledge() {
    acknowledged = true;
  }

  private void await() {
    requested = true;
    try {
      boolean finished = done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (finished && acknowledged) {
        // Within a shutdown only this sets the status; SIGTERM would give 143.
        Runtime.getRuntime().halt(EXIT_STATUS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    if (!requested) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
    done.countDown();
  }
}
