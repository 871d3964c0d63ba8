package org.qat4j.cli.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.qat4j.cli.error.UserException;

/**
 * The PNG and JPEG files of a folder or of a tar archive, by their names. Other files, and those
 * whose name starts with a dot, are left out.
 */
final class ImageFiles {
  private static final List<String> SUFFIXES = List.of(".png", ".jpg", ".jpeg");
  private static final List<String> ARCHIVES = List.of(".tar.gz", ".tgz", ".tar");

  private ImageFiles() {}

  /**
   * One file.
   *
   * @param path its folders and its name, without those that contain all of them
   * @param content its bytes
   */
  record Entry(List<String> path, Content content) {
    /** The name, and the folders in front of it. */
    String name() {
      return String.join("/", path);
    }

    /**
     * @throws UserException if it cannot be read
     */
    byte[] bytes() {
      try {
        return content.read();
      } catch (IOException e) {
        throw new UserException("cannot read " + name() + " (" + e + ")", e);
      }
    }
  }

  /** Reads a file when it is asked for. */
  interface Content {
    byte[] read() throws IOException;
  }

  static boolean isArchive(Path file) {
    return endsWith(file, ARCHIVES);
  }

  static boolean isImage(Path file) {
    return endsWith(file, SUFFIXES);
  }

  private static boolean endsWith(Path file, List<String> suffixes) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !name.startsWith(".") && suffixes.stream().anyMatch(name::endsWith);
  }

  /** The archives in a folder. */
  static List<Path> archives(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(ImageFiles::isArchive).sorted().toList();
    } catch (IOException e) {
      throw new UserException("cannot list " + folder + " (" + e + ")", e);
    }
  }

  /**
   * The images of a folder and of the folders in it, in the order of their names. They are read
   * when they are asked for.
   *
   * @throws UserException if the folder cannot be read
   */
  static List<Entry> folder(Path folder) {
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return sorted(
          files
              .filter(file -> isImage(file) && Files.isRegularFile(file))
              .map(
                  file -> new Entry(names(folder.relativize(file)), () -> Files.readAllBytes(file)))
              .toList());
    } catch (IOException | UncheckedIOException e) {
      throw new UserException("cannot list " + folder + " (" + e + ")", e);
    }
  }

  /**
   * The images of a tar archive, gzip or not, in the order of their names. They stay in memory.
   *
   * @throws UserException if the archive is damaged
   */
  static List<Entry> archive(Path file) {
    List<Entry> entries = new ArrayList<>();
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        InputStream plain =
            file.toString().endsWith(".tar") ? raw : new GZIPInputStream(raw, 1 << 16);
        TarArchiveInputStream tar = new TarArchiveInputStream(plain)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = Path.of(entry.getName()).normalize();
        if (entry.isFile() && isImage(path)) {
          byte[] bytes = tar.readAllBytes();
          entries.add(new Entry(names(path), () -> bytes));
        }
      }
    } catch (EOFException e) {
      throw new UserException(
          file + ": truncated: its gzip data ends early; get the file again", e);
    } catch (ZipException e) {
      throw new UserException(file + ": damaged gzip data (" + e.getMessage() + ")", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new UserException(
          file + ": not a complete tar archive (" + e.getMessage() + "); get the file again", e);
    }
    return sorted(entries);
  }

  private static List<String> names(Path path) {
    return StreamSupport.stream(path.spliterator(), false).map(Path::toString).toList();
  }

  private static List<Entry> sorted(List<Entry> entries) {
    return entries.stream().sorted(Comparator.comparing(Entry::path, ImageFiles::compare)).toList();
  }

  /** Name by name, so that folders keep their files together. */
  private static int compare(List<String> a, List<String> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      int order = a.get(i).compareTo(b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.size(), b.size());
  }
}
