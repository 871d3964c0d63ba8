package org.qat4j.jobs.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.qat4j.cli.error.UserException;
import org.qat4j.files.AtomicFile;

/** {@code runs/<name>/}: the results of one run. Every file in it is complete or absent. */
public final class RunFolder {
  private static final String FLOAT = "float.zip";
  private static final String QAT = "qat.zip";
  private static final String MODEL = "model.onnx";
  private static final String REPORT_JSON = "report.json";
  private static final String REPORT_HTML = "report.html";
  private static final String CONFIG = "config.yaml";
  private static final String CHECKPOINT = "checkpoint.zip";
  private static final List<String> FILES =
      List.of(FLOAT, QAT, MODEL, REPORT_JSON, REPORT_HTML, CONFIG, CHECKPOINT);

  private final Path folder;

  private RunFolder(Path folder) {
    this.folder = folder;
  }

  /** What to do with a folder of that name that exists. */
  public enum Existing {
    /** Refuse it. */
    KEEP,
    /** Delete the files of the earlier run. */
    FORCE,
    /** Continue its training. */
    RESUME
  }

  /**
   * Checks that the folder may be used, and changes nothing.
   *
   * @throws UserException if it exists and must not be touched, or there is nothing to resume
   */
  public static RunFolder check(Path folder, Existing existing) {
    RunFolder run = new RunFolder(folder);
    if (existing == Existing.RESUME) {
      run.requireCheckpoint();
    } else if (run.isInUse()) {
      run.requireForce(existing);
    }
    return run;
  }

  /**
   * Makes the folder ready for a run: created, and without the files of an earlier run unless that
   * is resumed.
   *
   * @throws UserException as {@link #check}, or if the folder cannot be created or cleared
   */
  public static RunFolder open(Path folder, Existing existing) {
    RunFolder run = check(folder, existing);
    try {
      if (existing == Existing.FORCE) {
        run.clear();
      }
      Files.createDirectories(folder);
      return run;
    } catch (IOException e) {
      throw new UserException("cannot prepare the output folder " + folder + " (" + e + ")", e);
    }
  }

  private void requireForce(Existing existing) {
    if (!Files.isDirectory(folder)) {
      throw new UserException(folder + " is a file; choose another name with --name");
    }
    if (existing != Existing.FORCE) {
      String resume = Files.exists(checkpoint()) ? ", continue its training with --resume" : "";
      throw new UserException(
          folder
              + " exists and is not overwritten: choose another name with --name"
              + resume
              + ", or replace it with --force");
    }
  }

  private void requireCheckpoint() {
    if (Files.exists(checkpoint())) {
      return;
    }
    if (Files.exists(reportJson())) {
      throw new UserException(folder + " holds a finished run: there is nothing to resume");
    }
    throw new UserException("nothing to resume: there is no " + checkpoint());
  }

  /** Whether anything of that name exists, but for an empty folder. */
  private boolean isInUse() {
    if (!Files.isDirectory(folder)) {
      return Files.exists(folder);
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isPresent();
    } catch (IOException e) {
      throw new UserException("cannot list " + folder + " (" + e + ")", e);
    }
  }

  /** Deletes what a run writes, and nothing else. */
  private void clear() throws IOException {
    for (String file : FILES) {
      Files.deleteIfExists(folder.resolve(file));
    }
  }

  public Path folder() {
    return folder;
  }

  public Path floatNetwork() {
    return folder.resolve(FLOAT);
  }

  public Path qatNetwork() {
    return folder.resolve(QAT);
  }

  public Path model() {
    return folder.resolve(MODEL);
  }

  public Path reportJson() {
    return folder.resolve(REPORT_JSON);
  }

  public Path reportHtml() {
    return folder.resolve(REPORT_HTML);
  }

  public Path config() {
    return folder.resolve(CONFIG);
  }

  public Path checkpoint() {
    return folder.resolve(CHECKPOINT);
  }

  /** Writes a file of this folder, whole or not at all. */
  public static void write(Path file, AtomicFile.Content content) {
    try {
      AtomicFile.write(file, content);
    } catch (FileSystemException e) {
      throw new UserException(e.getFile() + ": " + e.getReason(), e);
    } catch (IOException e) {
      throw new UserException("cannot write " + file + " (" + e + ")", e);
    }
  }

  /** Writes a text file of this folder, whole or not at all. */
  public static void writeText(Path file, String text) {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The training is done: there is nothing left to resume. */
  public void deleteCheckpoint() {
    try {
      Files.deleteIfExists(checkpoint());
    } catch (IOException e) {
      throw new UserException("cannot delete " + checkpoint() + " (" + e + ")", e);
    }
  }
}
