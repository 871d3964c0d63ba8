package org.qat4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs({OS.LINUX, OS.MAC})
class ChildProcessTest {
  /** Signals 1 to 31. */
  private static final long STANDARD = 0x7FFFFFFF;

  private static Process shell(String script, Duration limit)
      throws IOException, InterruptedException {
    return ChildProcess.start(new ProcessBuilder(List.of("sh", "-c", script)), limit);
  }

  /** The grandchild keeps the output open: killing its parent alone would not end it. */
  @Test
  void process_thatDoesNotEnd_isKilledWithItsChildren() {
    assertTimeout(
        Duration.ofSeconds(30),
        () -> {
          Process process = shell("sleep 100 & echo started; wait", Duration.ofSeconds(1));
          String output = new String(process.getInputStream().readAllBytes(), UTF_8);
          assertEquals("started\n", output);
          assertEquals(128 + 9, process.waitFor());
        });
  }

  /** Shows the signals that a child of this program ignores. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      List<String> show = List.of("grep", "SigIgn", "/proc/self/status");
      Process child = ChildProcess.start(new ProcessBuilder(show), Duration.ofSeconds(30));
      child.getInputStream().transferTo(System.out);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void process_startedWhereSignalsAreIgnored_hasDefaultOnes()
      throws IOException, InterruptedException {
    // As nohup and a shell's & do.
    String ignore = "trap '' HUP INT QUIT TERM; exec \"$0\" \"$@\"";
    ProcessBuilder ignoring =
        new ProcessBuilder("sh", "-c", ignore, ChildProcess.java(), Parent.class.getName());
    ignoring.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = ChildProcess.start(ignoring, Duration.ofSeconds(60));
    String line = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertTrue(line.matches("SigIgn:\\s[0-9a-f]{16}"), line);
    // The C library keeps the signals above these for itself.
    assertEquals("0", Long.toHexString(Long.parseLong(line.substring(8), 16) & STANDARD));
    assertEquals(0, process.waitFor());
  }
}
