package org.qat4j.jobs.run;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.function.Function;
import org.qat4j.cli.error.UserException;
import org.qat4j.inference.QuantizedModel;

/**
 * A model file and the report beside it, {@code model.onnx} and {@code model.json}: both are
 * written, or neither.
 */
public final class ModelFiles {
  private final Path model;
  private final Path report;

  private ModelFiles(Path model) {
    this.model = model;
    String name = model.getFileName().toString();
    this.report = model.resolveSibling(name.replaceFirst("\\.onnx$", "") + ".json");
  }

  /**
   * Checks that the files may be written, and changes nothing.
   *
   * @param replace whether earlier files may be lost
   * @throws UserException if there is no such folder, or one of them exists
   */
  public static ModelFiles check(Path model, boolean replace) {
    ModelFiles files = new ModelFiles(model.toAbsolutePath());
    Path folder = files.model.getParent();
    if (!Files.isDirectory(folder)) {
      throw new UserException(
          "there is no folder " + folder + "; make it, or choose another --out");
    }
    for (Path file : new Path[] {files.model, files.report}) {
      if (Files.isDirectory(file) || (Files.exists(file) && !replace)) {
        throw new UserException(
            file
                + " exists and is not overwritten: choose another --out, or replace it with --force");
      }
    }
    return files;
  }

  public Path model() {
    return model;
  }

  public Path report() {
    return report;
  }

  /**
   * Writes both files. What is measured is a whole file under another name, which becomes the model
   * file when the report is written too.
   *
   * @param measure what the file is like
   * @param text of the report
   * @throws UserException if one cannot be written
   */
  public <R> R write(
      QuantizedModel converted, Function<Path, R> measure, Function<R, String> text) {
    Path temporary = model.resolveSibling("." + model.getFileName() + "." + UUID.randomUUID());
    try {
      converted.save(temporary);
      R result = measure.apply(temporary);
      RunFolder.writeText(report, text.apply(result));
      rename(temporary);
      return result;
    } catch (FileSystemException e) {
      throw new UserException(model + ": " + e.getReason(), e);
    } catch (IOException e) {
      throw new UserException("cannot write " + model + " (" + e + ")", e);
    } finally {
      discard(temporary);
    }
  }

  /**
   * Writes the model file alone; an earlier report is not about it, so it goes.
   *
   * @throws UserException if it cannot be written
   */
  public void write(QuantizedModel converted) {
    try {
      converted.save(model);
      Files.deleteIfExists(report);
    } catch (IOException e) {
      throw new UserException("cannot write " + model + " (" + e + ")", e);
    }
  }

  private void rename(Path temporary) throws IOException {
    try {
      Files.move(temporary, model, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(report);
      throw e;
    }
  }

  private static void discard(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw new UserException("cannot delete " + temporary + " (" + e + ")", e);
    }
  }
}
