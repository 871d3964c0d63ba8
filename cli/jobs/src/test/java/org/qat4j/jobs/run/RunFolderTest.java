package org.qat4j.jobs.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.cli.error.UserException;

class RunFolderTest {
  @TempDir private Path runs;
  private Path folder;

  @BeforeEach
  void choose() {
    folder = runs.resolve("one");
  }

  private static String error(Path folder, RunFolder.Existing existing) {
    return assertThrows(UserException.class, () -> RunFolder.open(folder, existing)).getMessage();
  }

  private RunFolder finished() {
    RunFolder run = RunFolder.open(folder, RunFolder.Existing.KEEP);
    RunFolder.writeText(run.reportJson(), "{}");
    return run;
  }

  @Test
  void open_newName_createsTheFolder() {
    RunFolder.open(folder, RunFolder.Existing.KEEP);

    assertTrue(Files.isDirectory(folder));
  }

  @Test
  void open_emptyFolder_isUsed() throws IOException {
    Files.createDirectory(folder);

    assertEquals(folder, RunFolder.open(folder, RunFolder.Existing.KEEP).folder());
  }

  @Test
  void open_finishedRun_isRefusedAndKept() {
    RunFolder run = finished();

    assertEquals(
        folder
            + " exists and is not overwritten: choose another name with --name, or replace it with --force",
        error(folder, RunFolder.Existing.KEEP));
    assertTrue(Files.exists(run.reportJson()));
  }

  @Test
  void open_interruptedRun_isRefusedAndNamesResume() {
    RunFolder run = RunFolder.open(folder, RunFolder.Existing.KEEP);
    RunFolder.writeText(run.checkpoint(), "state");

    assertEquals(
        folder
            + " exists and is not overwritten: choose another name with --name, continue its training with"
            + " --resume, or replace it with --force",
        error(folder, RunFolder.Existing.KEEP));
  }

  @Test
  void open_force_deletesTheRunsFilesAndNothingElse() throws IOException {
    RunFolder run = finished();
    Path notes = Files.writeString(folder.resolve("notes.txt"), "mine");

    RunFolder.open(folder, RunFolder.Existing.FORCE);

    assertFalse(Files.exists(run.reportJson()));
    assertTrue(Files.exists(notes));
  }

  @Test
  void check_force_deletesNothing() {
    RunFolder run = finished();

    RunFolder.check(folder, RunFolder.Existing.FORCE);

    assertTrue(Files.exists(run.reportJson()));
  }

  @Test
  void open_fileOfThatName_isRefusedEvenWithForce() throws IOException {
    Files.writeString(folder, "a file");

    assertEquals(
        folder + " is a file; choose another name with --name",
        error(folder, RunFolder.Existing.FORCE));
  }

  @Test
  void open_resumeWithoutARun_saysThatThereIsNothing() {
    assertEquals(
        "nothing to resume: there is no " + folder.resolve("checkpoint.zip"),
        error(folder, RunFolder.Existing.RESUME));
  }

  @Test
  void open_resumeOfAFinishedRun_saysThatItIsFinished() {
    finished();

    assertEquals(
        folder + " holds a finished run: there is nothing to resume",
        error(folder, RunFolder.Existing.RESUME));
  }

  @Test
  void write_contentFailsHalfway_leavesTheEarlierFileAndNoOther() throws IOException {
    RunFolder run = finished();

    UserException e =
        assertThrows(
            UserException.class,
            () ->
                RunFolder.write(
                    run.reportJson(),
                    out -> {
                      out.write(1);
                      throw new IOException("No space left on device");
                    }));

    assertEquals(
        run.reportJson() + ": cannot write: No space left on device; the earlier file is unchanged",
        e.getMessage());
    assertEquals("{}", Files.readString(run.reportJson()));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }
}
