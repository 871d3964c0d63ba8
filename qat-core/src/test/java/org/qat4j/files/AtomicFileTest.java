package org.qat4j.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.testing.ChildProcess;

class AtomicFileTest {
  private static final int MEGABYTE = 1 << 20;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("report.json");
  }

  @Test
  void write_ofNewFile_leavesOnlyIt() throws IOException {
    AtomicFile.write(file, text("new"));
    assertFiles("report.json");
    assertEquals("new", Files.readString(file));
  }

  @Test
  void write_overEarlierFile_replacesIt() throws IOException {
    Files.writeString(file, "a much longer text than the new one");
    AtomicFile.write(file, text("new"));
    assertFiles("report.json");
    assertEquals("new", Files.readString(file));
  }

  @Test
  void write_beforeItIsComplete_showsTheEarlierFile() throws IOException {
    Files.writeString(file, "old");
    AtomicFile.write(
        file,
        out -> {
          out.write("new".getBytes(StandardCharsets.UTF_8));
          out.flush();
          assertEquals("old", Files.readString(file));
        });
    assertEquals("new", Files.readString(file));
  }

  @Test
  void write_thatFailsHalfWay_keepsTheEarlierFileAndNamesTheReason() throws IOException {
    Files.writeString(file, "old");
    IOException cause = new IOException("No space left on device");
    FileSystemException failure =
        assertThrows(FileSystemException.class, () -> AtomicFile.write(file, failing(cause)));
    assertEquals(
        file + ": cannot write: No space left on device; the earlier file is unchanged",
        failure.getMessage());
    assertSame(cause, failure.getCause());
    assertFiles("report.json");
    assertEquals("old", Files.readString(file));
  }

  @Test
  void write_ofNewFileThatFails_leavesNothing() throws IOException {
    FileSystemException failure =
        assertThrows(
            FileSystemException.class,
            () -> AtomicFile.write(file, failing(new IOException("broken"))));
    assertEquals(file + ": cannot write: broken", failure.getMessage());
    assertFiles();
  }

  @Test
  void write_whoseContentThrowsUnchecked_throwsItAndLeavesNothing() throws IOException {
    IllegalStateException cause = new IllegalStateException("no report");
    assertSame(
        cause,
        assertThrows(
            IllegalStateException.class,
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(1);
                      throw cause;
                    })));
    assertFiles();
  }

  @Test
  void write_intoMissingFolder_saysSo() {
    Path lost = folder.resolve("runs").resolve("report.json");
    assertEquals(
        lost + ": cannot write: there is no folder " + folder.resolve("runs"),
        assertThrows(FileSystemException.class, () -> AtomicFile.write(lost, text("x")))
            .getMessage());
  }

  @Test
  void write_ontoFolder_saysSo() {
    assertEquals(
        folder + ": cannot write: it is a folder",
        assertThrows(FileSystemException.class, () -> AtomicFile.write(folder, text("x")))
            .getMessage());
  }

  @Test
  void write_throughSymbolicLink_replacesItsTarget() throws IOException {
    Path target = Files.writeString(folder.resolve("target.json"), "old");
    Files.createSymbolicLink(file, target);
    AtomicFile.write(file, text("new"));
    assertTrue(Files.isSymbolicLink(file));
    assertEquals("new", Files.readString(target));
    assertFiles("report.json", "target.json");
  }

  @Test
  void write_onInterruptedThread_completes() throws IOException {
    Thread.currentThread().interrupt();
    AtomicFile.write(file, text("new"));
    assertTrue(Thread.interrupted());
    assertEquals("new", Files.readString(file));
  }

  @Test
  void write_byContentThatClosesItsStream_isComplete() throws IOException {
    AtomicFile.write(
        file,
        out -> {
          try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("weights.bin"));
            zip.write(new byte[MEGABYTE]);
          }
        });
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertEquals(MEGABYTE, zip.getEntry("weights.bin").getSize());
    }
  }

  @Test
  void write_killedInTheMiddle_leavesTheEarlierFile() throws Exception {
    Files.writeString(file, "old");
    Process writer = start(slowWriter(MEGABYTE, true));
    try (BufferedReader output = writer.inputReader()) {
      assertEquals("half", output.readLine());
      assertEquals(128 + 9, writer.destroyForcibly().waitFor());
    }
    assertEquals("old", Files.readString(file));
    List<String> left = names();
    assertEquals(2, left.size(), left::toString);
    assertTrue(
        left.get(0).startsWith(".report.json.") && left.get(0).endsWith(".tmp"), left::toString);
  }

  /** A limit on the size of files stands for a full disk: both make a write in the middle fail. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void write_withoutSpaceForAllOfIt_keepsTheEarlierFileAndSaysSo() throws Exception {
    Files.writeString(file, "old");
    String command = "ulimit -f 256 && exec \"$0\" \"$@\"";
    List<String> limited = new ArrayList<>(List.of("sh", "-c", command));
    limited.addAll(slowWriter(MEGABYTE, false));
    Process writer = start(limited);
    try (BufferedReader output = writer.inputReader()) {
      assertEquals(
          file + ": cannot write: File too large; the earlier file is unchanged",
          output.readLine());
      assertEquals(0, writer.waitFor());
    }
    assertFiles("report.json");
    assertEquals("old", Files.readString(file));
  }

  private List<String> slowWriter(int bytes, boolean waits) throws URISyntaxException {
    String classPath =
        location(AtomicFile.class) + java.io.File.pathSeparator + location(SlowWriter.class);
    return List.of(
        ChildProcess.java(),
        "-XX:-UsePerfData",
        "-cp",
        classPath,
        SlowWriter.class.getName(),
        file.toString(),
        bytes + "",
        waits + "");
  }

  private static String location(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  private static Process start(List<String> command) throws IOException, InterruptedException {
    return ChildProcess.start(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT),
        Duration.ofMinutes(2));
  }

  private static AtomicFile.Content text(String text) {
    return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static AtomicFile.Content failing(IOException cause) {
    return (OutputStream out) -> {
      out.write(new byte[MEGABYTE]);
      throw cause;
    };
  }

  private void assertFiles(String... expected) throws IOException {
    assertEquals(List.of(expected), names());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
