package org.qat4j;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that a test starts: it has a time limit. */
public final class ChildProcess {
  private ChildProcess() {}

  /** The JVM that runs this test. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /**
   * Starts a process. When its time is up it is killed, with all that it started, so that its
   * output ends too.
   */
  public static Process start(ProcessBuilder builder, Duration limit) throws IOException {
    Process process = builder.start();
    process
        .onExit()
        .orTimeout(limit.toSeconds(), TimeUnit.SECONDS)
        .exceptionally(
            late -> {
              // Listed while their parent lives, killed after it: it must not go on without them.
              List<ProcessHandle> started = process.descendants().toList();
              process.destroyForcibly();
              started.forEach(ProcessHandle::destroyForcibly);
              return process;
            });
    return process;
  }
}
