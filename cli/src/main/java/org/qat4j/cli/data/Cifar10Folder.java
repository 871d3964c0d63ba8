package org.qat4j.cli.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.qat4j.cli.error.UserException;

/**
 * CIFAR-10 as image files {@code train/<class>/*.jpg} and {@code test/<class>/*.jpg}, in one tar.gz
 * archive or unpacked.
 *
 * <p>Labels are the classes in alphabetical order. Images are in turns: the first of each class,
 * then the second of each, in the order of their names; so the first images are of all classes.
 */
public final class Cifar10Folder {
  private static final int SIZE = 32;
  private static final String TRAIN = "train";
  private static final String TEST = "test";

  private final Path source;

  /** Of both parts. */
  private final List<ImageFiles.Entry> files;

  private Cifar10Folder(Path source, List<ImageFiles.Entry> files) {
    this.source = source;
    this.files = files;
  }

  /**
   * Lists the files, but does not decode them yet.
   *
   * @param folder of the archive, or of {@code train/} and {@code test/}
   * @throws UserException if neither is there, or the archive is damaged
   */
  public static Cifar10Folder read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new UserException(
          "no folder "
              + folder
              + ": give the folder of CIFAR-10's tar.gz archive with --data or as data.folder");
    }
    if (Files.isDirectory(folder.resolve(TRAIN))) {
      return new Cifar10Folder(folder, ImageFiles.folder(folder));
    }
    Path archive = archive(folder);
    return new Cifar10Folder(archive, ImageFiles.archive(archive));
  }

  private static Path archive(Path folder) {
    List<Path> archives = ImageFiles.archives(folder);
    if (archives.size() != 1) {
      throw new UserException(
          folder
              + ": holds "
              + archives.size()
              + " tar archives and no folder train; expected one archive, or the folders train"
              + " and test with a folder of image files for each class");
    }
    return archives.get(0);
  }

  /** The first images for learning. */
  public Labelled train(int count) {
    return decode(TRAIN, count);
  }

  /** The first images for testing. */
  public Labelled test(int count) {
    return decode(TEST, count);
  }

  private Labelled decode(String part, int count) {
    List<OfClass> pictures = inTurns(part);
    if (count > pictures.size()) {
      throw Images.tooFew(source + ", " + part, count, pictures.size());
    }
    int size = 3 * SIZE * SIZE;
    byte[] pixels = new byte[Math.multiplyExact(count, size)];
    byte[] labels = new byte[count];
    try (PictureDecoder decoder = new PictureDecoder()) {
      for (int i = 0; i < count; i++) {
        OfClass picture = pictures.get(i);
        decode(decoder, picture.file()).copyTo(pixels, i * size);
        labels[i] = (byte) picture.label();
      }
    }
    return new Labelled(new Images(count, 3, SIZE, SIZE, pixels), labels, Labelled.TEN);
  }

  private Picture decode(PictureDecoder decoder, ImageFiles.Entry file) {
    String where = source + ": " + file.name();
    Picture picture = decoder.decode(where, file.bytes());
    String expected = Picture.shape(3, SIZE, SIZE);
    if (!picture.shape().equals(expected)) {
      throw new UserException(
          where
              + ": is an image of "
              + picture.shape()
              + " (channels, height, width); expected "
              + expected
              + " (channels, height, width); remove it or put the original there");
    }
    return picture;
  }

  private record OfClass(ImageFiles.Entry file, int label) {}

  /** The files of a part by class: those whose path ends with part, class and name. */
  private SortedMap<String, List<ImageFiles.Entry>> classes(String part) {
    SortedMap<String, List<ImageFiles.Entry>> classes = new TreeMap<>();
    for (ImageFiles.Entry file : files) {
      int last = file.path().size() - 1;
      if (last >= 2 && file.path().get(last - 2).equals(part)) {
        classes.computeIfAbsent(file.path().get(last - 1), any -> new ArrayList<>()).add(file);
      }
    }
    return classes;
  }

  private List<OfClass> inTurns(String part) {
    SortedMap<String, List<ImageFiles.Entry>> classes = classes(part);
    if (classes.size() != Labelled.TEN) {
      throw new UserException(
          source
              + ": "
              + part
              + " has "
              + classes.size()
              + " classes with image files "
              + classes.keySet()
              + "; expected "
              + Labelled.TEN
              + " folders "
              + part
              + "/<class>/*.jpg");
    }
    List<List<ImageFiles.Entry>> byClass = List.copyOf(classes.values());
    int most = byClass.stream().mapToInt(List::size).max().orElseThrow();
    List<OfClass> turns = new ArrayList<>();
    for (int turn = 0; turn < most; turn++) {
      for (int label = 0; label < byClass.size(); label++) {
        if (turn < byClass.get(label).size()) {
          turns.add(new OfClass(byClass.get(label).get(turn), label));
        }
      }
    }
    return turns;
  }
}
