package org.qat4j.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.OS;

/**
 * A process that a test starts: it has default signal dispositions, whatever the test's own are,
 * and a time limit.
 */
public final class ChildProcess {
  /** Of GNU coreutils 8.31 and newer. */
  private static final List<String> DEFAULT_SIGNALS = List.of("env", "--default-signal");

  private ChildProcess() {}

  /** The JVM that runs this test. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /**
   * Starts a process. Whoever started the test may ignore signals, as {@code nohup ... &} does; a
   * child inherits that, and no JVM and no shell can undo it, but {@code env} can. When the time is
   * up, the process and all that it started are killed, so that their output ends too.
   */
  public static Process start(ProcessBuilder builder, Duration limit)
      throws IOException, InterruptedException {
    if (OS.LINUX.isCurrentOs()) {
      requireDefaultSignals();
      List<String> command = new ArrayList<>(DEFAULT_SIGNALS);
      command.addAll(builder.command());
      builder.command(command);
    }
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

  private static void requireDefaultSignals() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(DEFAULT_SIGNALS);
    command.add("true");
    Process check = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(
        check.waitFor() == 0,
        () ->
            "children of tests get default signals through 'env --default-signal', of GNU coreutils"
                + " 8.31 or newer, but: "
                + output);
  }
}
