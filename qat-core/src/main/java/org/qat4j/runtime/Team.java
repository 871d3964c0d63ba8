package org.qat4j.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The calling thread and its helpers, who share out the pieces of a job. Each takes the next piece
 * when it is free, so a helper that the operating system has put aside delays nobody by more than
 * the piece it holds, and one that wakes late leaves the work to the caller. Allocates nothing per
 * job.
 */
final class Team implements AutoCloseable {
  private static final int SPINS = 4000;

  /** What is done with one piece. */
  interface Job {
    /**
     * Does one piece.
     *
     * @param member 0 for the caller, from 1 for helpers; used by one thread at a time
     * @param piece from 0
     */
    void run(int member, int piece);
  }

  private final Runnable onStart;
  private final Helper[] helpers;
  private Job job;

  /** Upper half: number of the job; lower half: pieces nobody has taken yet. */
  private final AtomicLong untaken = new AtomicLong();

  private final AtomicInteger unfinished = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile Thread caller;
  private volatile boolean closed;

  /**
   * Starts the helpers.
   *
   * @param members at least 1; the caller is one of them
   * @param onStart what each helper does first
   */
  Team(int members, Runnable onStart) {
    this.onStart = onStart;
    this.helpers = new Helper[members - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Helper(i + 1);
      helpers[i].start();
    }
  }

  /** Does all pieces and returns when the last is finished. Called by one thread at a time. */
  void run(Job work, int pieces) {
    if (pieces == 1 || helpers.length == 0) {
      for (int piece = 0; piece < pieces; piece++) {
        work.run(0, piece);
      }
      return;
    }
    failure.set(null);
    job = work;
    caller = Thread.currentThread();
    unfinished.set(pieces);
    untaken.set(((untaken.get() >>> 32) + 1) << 32 | pieces);
    for (int i = 0; i < Math.min(helpers.length, pieces - 1); i++) {
      helpers[i].wake();
    }
    work(0);
    await();
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IllegalStateException("a helper thread failed: " + thrown, thrown);
    }
  }

  private void await() {
    for (int spins = 0; unfinished.get() > 0; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, 100_000);
      }
    }
    caller = null;
  }

  /** Takes pieces until none is left. */
  private void work(int member) {
    for (long seen = untaken.get(); (int) seen > 0; seen = untaken.get()) {
      if (untaken.compareAndSet(seen, seen - 1)) {
        finish(member, (int) seen - 1);
      }
    }
  }

  private void finish(int member, int piece) {
    try {
      job.run(member, piece);
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    } finally {
      Thread waiting = caller;
      if (unfinished.decrementAndGet() == 0 && member != 0) {
        LockSupport.unpark(waiting);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Helper helper : helpers) {
      LockSupport.unpark(helper);
    }
    for (Helper helper : helpers) {
      joinUninterruptibly(helper);
    }
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Helper extends Thread {
    private final int member;
    private volatile boolean parked;

    Helper(int member) {
      super("qat4j-helper-" + member);
      this.member = member;
      setDaemon(true);
    }

    void wake() {
      if (parked) {
        parked = false;
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      onStart.run();
      int spins = 0;
      while (!closed) {
        if ((int) untaken.get() > 0) {
          work(member);
          spins = 0;
        } else if (spins++ < SPINS) {
          Thread.onSpinWait();
        } else {
          park();
          spins = 0;
        }
      }
    }

    private void park() {
      parked = true;
      // Checked again after the flag is visible: a job set before that would not wake us.
      if ((int) untaken.get() == 0 && !closed) {
        LockSupport.park(Team.this);
      }
      parked = false;
    }
  }
}
