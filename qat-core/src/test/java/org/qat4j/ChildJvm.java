package org.qat4j;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.qat4j.testing.ChildProcess;

/** Runs a class in a JVM of its own, with a small heap and a time limit. */
public final class ChildJvm {
  private ChildJvm() {}

  /**
   * Runs to the end and fails unless it exits with 0.
   *
   * @param folder for what it prints
   * @param heap as in {@code -Xmx}
   * @param command name of the class with {@code main}, and its arguments
   * @return the lines of its standard output
   */
  public static List<String> run(
      Path folder, String heap, String classPath, Duration most, List<String> command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path errors = Files.createTempFile(folder, "err", ".txt");
    List<String> line = new ArrayList<>();
    line.add(ChildProcess.java());
    line.addAll(List.of("-Xmx" + heap, "-XX:+UseSerialGC"));
    if (Runtime.version().feature() >= 22) {
      line.add("--enable-native-access=ALL-UNNAMED");
    }
    if (Runtime.version().feature() >= 23) {
      line.add("--sun-misc-unsafe-memory-access=allow");
    }
    line.addAll(List.of("-cp", classPath));
    line.addAll(command);
    Process child =
        ChildProcess.start(
            new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile()),
            most);
    int status = child.waitFor();
    String printed = Files.readString(errors);
    assertEquals(0, status, () -> command + ": " + printed);
    return Files.readAllLines(out);
  }
}
