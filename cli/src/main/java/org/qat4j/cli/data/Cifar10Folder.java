package org.qat4j.cli.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.qat4j.cli.error.UserException;

/**
 * CIFAR-10 as image files {@code train/<class>/*.jpg} and {@code test/<class>/*.jpg}, in one tar.gz
 * archive or unpacked.
 *
 * <p>Labels are the classes in alphabetical order. Images are in turns: the first of each class,
 * then the second of each, in the order of their names; so the first images are of all classes.
 */
public final class Cifar10Folder {
  private static final int CLASSES = 10;
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
    List<ImageFiles.Entry> ofPart = files.stream().filter(file -> isOf(part, file)).toList();
    List<String> folders = ofPart.stream().map(Cifar10Folder::folder).toList();
    List<String> classes = ByClass.names(folders);
    requireClasses(part, classes);
    if (count > ofPart.size()) {
      throw Images.tooFew(source + ", " + part, count, ofPart.size());
    }
    int[] labels = folders.stream().mapToInt(classes::indexOf).toArray();
    int[] turns = ByClass.inTurns(labels, IntStream.range(0, labels.length).toArray());
    int[] chosen = count == 0 ? turns : Arrays.copyOf(turns, count);
    int size = 3 * SIZE * SIZE;
    byte[] pixels = new byte[Math.multiplyExact(chosen.length, size)];
    try (PictureDecoder decoder = new PictureDecoder()) {
      for (int i = 0; i < chosen.length; i++) {
        decode(decoder, ofPart.get(chosen[i])).copyTo(pixels, i * size);
      }
    }
    return new Labelled(
        new Images(chosen.length, 3, SIZE, SIZE, pixels),
        IntStream.of(chosen).map(i -> labels[i]).toArray(),
        CLASSES,
        List.of());
  }

  /** Whether a path ends with the part, a class and a name. */
  private static boolean isOf(String part, ImageFiles.Entry file) {
    int last = file.path().size() - 1;
    return last >= 2 && file.path().get(last - 2).equals(part);
  }

  private static String folder(ImageFiles.Entry file) {
    return file.path().get(file.path().size() - 2);
  }

  private void requireClasses(String part, List<String> classes) {
    if (classes.size() != CLASSES) {
      throw new UserException(
          source
              + ": "
              + part
              + " has "
              + classes.size()
              + " classes with image files "
              + classes
              + "; expected "
              + CLASSES
              + " folders "
              + part
              + "/<class>/*.jpg");
    }
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
}
