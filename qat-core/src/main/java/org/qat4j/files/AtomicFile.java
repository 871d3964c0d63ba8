package org.qat4j.files;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes a file so that its name never shows a part of it: the bytes go to a hidden temporary file
 * in the same folder, reach the disk, and only then take the name, in one step that also replaces
 * an earlier file.
 *
 * <p>A failure leaves the earlier file as it was and deletes the temporary one. A process that is
 * killed leaves the temporary file, named {@code .<name>.<random>.tmp}, and nothing under the final
 * name.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** Produces the content of a file. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes all of it.
     *
     * @param out buffered; closing it only flushes
     */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file, replacing an earlier one of that name.
   *
   * @param file on the default file system, in an existing folder; a symbolic link is followed
   * @throws FileSystemException if the file cannot be written (no such folder, no permission, disk
   *     full), naming the file and the reason; whatever unchecked exception {@code content} throws
   *     comes out as it is
   */
  public static void write(Path file, Content content) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    if (Files.isDirectory(target)) {
      throw new FileSystemException(file.toString(), null, "cannot write: it is a folder");
    }
    Path temporary =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      fill(temporary, content);
      rename(temporary, target);
    } catch (IOException e) {
      discard(temporary, e);
      throw failure(file, target, e);
    } catch (RuntimeException | Error e) {
      discard(temporary, e);
      throw e;
    }
    syncFolder(target.getParent());
  }

  /**
   * Not a channel: those close themselves when their thread is interrupted, as Ctrl-C handling may
   * do.
   */
  private static void fill(Path temporary, Content content) throws IOException {
    Files.createFile(temporary);
    try (FileOutputStream stream = new FileOutputStream(temporary.toFile())) {
      OutputStream buffered = new FlushOnClose(new BufferedOutputStream(stream, 1 << 16));
      content.writeTo(buffered);
      buffered.flush();
      stream.getFD().sync();
    }
  }

  private static void rename(Path temporary, Path target) throws IOException {
    try {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("this file system cannot rename a file in one step", e);
    }
  }

  private static void discard(Path temporary, Throwable cause) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Makes the new name durable. Systems that cannot open a folder (Windows) write it through on
   * their own.
   */
  private static void syncFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException | UnsupportedOperationException e) {
      return;
    }
  }

  private static FileSystemException failure(Path file, Path target, IOException cause) {
    String kept = Files.exists(target) ? "; the earlier file is unchanged" : "";
    FileSystemException failure =
        new FileSystemException(
            file.toString(), null, "cannot write: " + reason(target, cause) + kept);
    failure.initCause(cause);
    return failure;
  }

  private static String reason(Path target, IOException cause) {
    if (cause instanceof NoSuchFileException && !Files.isDirectory(target.getParent())) {
      return "there is no folder " + target.getParent();
    }
    if (cause instanceof AccessDeniedException) {
      return "no permission to write in folder " + target.getParent();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
