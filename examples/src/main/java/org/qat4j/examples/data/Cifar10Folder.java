package org.qat4j.examples.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.qat4j.examples.error.UserException;

/**
 * CIFAR-10 as JPEG files {@code train/<class>/*.jpg} and {@code test/<class>/*.jpg}, in one tar.gz
 * archive or unpacked.
 *
 * <p>Labels are the classes in alphabetical order. Images are in turns: the first of each class,
 * then the second of each, in the order of their names; so the first images are of all classes.
 */
final class Cifar10Folder {
  private static final int SIZE = 32;
  private static final String ARCHIVE = ".tar.gz";
  private static final String TRAIN = "train";
  private static final String TEST = "test";

  private final Path source;

  /** Names of the files by part and class. */
  private final SortedMap<String, SortedMap<String, SortedSet<String>>> parts = new TreeMap<>();

  /** Contents by part, class and name. */
  private final Map<String, byte[]> contents = new HashMap<>();

  private Cifar10Folder(Path source) {
    this.source = source;
    parts.put(TRAIN, new TreeMap<>());
    parts.put(TEST, new TreeMap<>());
  }

  /**
   * Reads the files, but does not decode them yet.
   *
   * @param folder of the archive, or of {@code train/} and {@code test/}
   * @throws UserException if neither is there, or the archive is damaged
   */
  static Cifar10Folder read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new UserException(
          "no folder "
              + folder
              + ": give the folder of CIFAR-10's tar.gz archive with --data or as data.folder");
    }
    if (Files.isDirectory(folder.resolve(TRAIN))) {
      Cifar10Folder files = new Cifar10Folder(folder);
      files.addFolder();
      return files;
    }
    Cifar10Folder files = new Cifar10Folder(archive(folder));
    files.addArchive();
    return files;
  }

  private static Path archive(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> archives =
          files.filter(file -> file.getFileName().toString().endsWith(ARCHIVE)).toList();
      if (archives.size() != 1) {
        throw new UserException(
            folder
                + ": holds "
                + archives.size()
                + " files *.tar.gz and no folder train; expected one archive, or the folders train"
                + " and test with a folder of JPEG files for each class");
      }
      return archives.get(0);
    } catch (IOException e) {
      throw new UserException("cannot list " + folder + " (" + e + ")", e);
    }
  }

  private void addFolder() {
    for (String part : parts.keySet()) {
      try (Stream<Path> files = Files.walk(source.resolve(part))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          add(source.relativize(file), Files.readAllBytes(file));
        }
      } catch (IOException e) {
        throw new UserException("cannot read " + source.resolve(part) + " (" + e + ")", e);
      }
    }
  }

  private void addArchive() {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(source), 1 << 16);
        TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(file, 1 << 16))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (entry.isFile()) {
          add(Path.of(entry.getName()), tar.readAllBytes());
        }
      }
    } catch (EOFException e) {
      throw new UserException(
          source + ": truncated: its gzip data ends early; get the file again", e);
    } catch (ZipException e) {
      throw new UserException(source + ": damaged gzip data (" + e.getMessage() + ")", e);
    } catch (IOException e) {
      throw new UserException(
          source + ": not a complete tar archive (" + e.getMessage() + "); get the file again", e);
    }
  }

  /** Keeps a file whose path ends with part, class and a name {@code *.jpg}. */
  private void add(Path path, byte[] bytes) {
    int last = path.getNameCount() - 1;
    if (last < 2) {
      return;
    }
    String part = path.getName(last - 2).toString();
    String label = path.getName(last - 1).toString();
    String name = path.getName(last).toString();
    if (parts.containsKey(part) && name.endsWith(".jpg") && !name.startsWith(".")) {
      parts.get(part).computeIfAbsent(label, any -> new TreeSet<>()).add(name);
      contents.put(key(part, label, name), bytes);
    }
  }

  private static String key(String part, String label, String name) {
    return part + "/" + label + "/" + name;
  }

  Labelled train(int count) {
    return decode(TRAIN, count);
  }

  Labelled test(int count) {
    return decode(TEST, count);
  }

  private Labelled decode(String part, int count) {
    List<Picture> pictures = inTurns(part);
    if (count > pictures.size()) {
      throw Images.tooFew(source + ", " + part, count, pictures.size());
    }
    int size = 3 * SIZE * SIZE;
    byte[] pixels = new byte[Math.multiplyExact(count, size)];
    byte[] labels = new byte[count];
    try (JpegDecoder decoder = new JpegDecoder(SIZE)) {
      for (int i = 0; i < count; i++) {
        Picture picture = pictures.get(i);
        decoder.decode(source + ": " + picture.key, contents.get(picture.key), pixels, i * size);
        labels[i] = (byte) picture.label;
      }
    }
    return new Labelled(new Images(count, 3, SIZE, SIZE, pixels), labels);
  }

  private record Picture(String key, int label) {}

  private List<Picture> inTurns(String part) {
    SortedMap<String, SortedSet<String>> classes = parts.get(part);
    if (classes.size() != Labelled.CLASSES) {
      throw new UserException(
          source
              + ": "
              + part
              + " has "
              + classes.size()
              + " classes with JPEG files "
              + classes.keySet()
              + "; expected "
              + Labelled.CLASSES
              + " folders "
              + part
              + "/<class>/*.jpg");
    }
    List<List<Picture>> byClass = new ArrayList<>();
    for (Map.Entry<String, SortedSet<String>> entry : classes.entrySet()) {
      int label = byClass.size();
      byClass.add(
          entry.getValue().stream()
              .map(name -> new Picture(key(part, entry.getKey(), name), label))
              .toList());
    }
    int most = byClass.stream().mapToInt(List::size).max().orElseThrow();
    List<Picture> turns = new ArrayList<>();
    for (int turn = 0; turn < most; turn++) {
      for (List<Picture> pictures : byClass) {
        if (turn < pictures.size()) {
          turns.add(pictures.get(turn));
        }
      }
    }
    return turns;
  }
}
