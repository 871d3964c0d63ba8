package org.qat4j.cli.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.qat4j.cli.error.UserException;

/**
 * PNG and JPEG files: one, a folder of them, a folder {@code <class>/*} for each class, or parts of
 * such folders, {@code <part>/<class>/*}; the last three also in a tar archive. Owns a decoder.
 */
public final class ImageFolder extends PictureSource {
  private final Path source;
  private final List<ImageFiles.Entry> files;
  private final PictureDecoder decoder = new PictureDecoder();

  private ImageFolder(Path source, List<ImageFiles.Entry> files, Target target) {
    super(target);
    this.source = source;
    this.files = files;
  }

  /** A single file. */
  static ImageFolder file(Path file, Target target) {
    List<String> name = List.of(file.getFileName().toString());
    return new ImageFolder(
        file, List.of(new ImageFiles.Entry(name, () -> Files.readAllBytes(file))), target);
  }

  /**
   * Lists the files, but does not decode them yet.
   *
   * @param path of a folder, of an archive, or of a folder that holds one archive and no images
   * @param part which part to take where there are several; the one named test if nothing is said
   * @throws UserException if there are no images, or folders that cannot be told apart
   */
  static ImageFolder read(Path path, Optional<String> part, Target target) {
    Path source = onlyArchive(path);
    return new ImageFolder(source, oneDepth(source, ofPart(source, files(source), part)), target);
  }

  /**
   * The files of a folder or an archive.
   *
   * @throws UserException if there are none
   */
  static List<ImageFiles.Entry> files(Path source) {
    List<ImageFiles.Entry> files =
        Files.isDirectory(source) ? ImageFiles.folder(source) : ImageFiles.archive(source);
    if (files.isEmpty()) {
      throw new UserException(source + ": holds no PNG or JPEG files (*.png, *.jpg, *.jpeg)");
    }
    return files;
  }

  /** The archive in a folder that holds nothing but one, or else the path itself. */
  static Path onlyArchive(Path folder) {
    if (!Files.isDirectory(folder)) {
      return folder;
    }
    List<Path> archives = ImageFiles.archives(folder);
    return archives.size() == 1 && ImageFiles.folder(folder).isEmpty() ? archives.get(0) : folder;
  }

  /** Keeps one of several folders that hold folders of images. */
  private static List<ImageFiles.Entry> ofPart(
      Path source, List<ImageFiles.Entry> files, Optional<String> part) {
    SortedSet<String> parts =
        files.stream()
            .flatMap(file -> part(file).stream())
            .collect(Collectors.toCollection(TreeSet::new));
    if (parts.size() < 2 && part.isEmpty()) {
      return files;
    }
    String wanted = part.orElse("test");
    if (!parts.contains(wanted)) {
      throw new UserException(
          source
              + ": holds no part "
              + wanted
              + " with a folder of images for each class; its parts are "
              + parts
              + "; choose one with --part");
    }
    return files.stream().filter(file -> part(file).equals(Optional.of(wanted))).toList();
  }

  /** The folder that holds the folders of classes. */
  private static Optional<String> part(ImageFiles.Entry file) {
    int last = file.path().size() - 1;
    return last < 2 ? Optional.empty() : Optional.of(file.path().get(last - 2));
  }

  private static List<ImageFiles.Entry> oneDepth(Path source, List<ImageFiles.Entry> files) {
    ImageFiles.Entry first = files.get(0);
    for (ImageFiles.Entry file : files) {
      boolean sameParent = file.path().size() < 3 || parent(file).equals(parent(first));
      if (file.path().size() != first.path().size() || !sameParent) {
        throw new UserException(
            source
                + ": holds images at different places, "
                + first.name()
                + " and "
                + file.name()
                + "; give a folder of images, or one that holds a folder of images for each class");
      }
    }
    return files;
  }

  private static List<String> parent(ImageFiles.Entry file) {
    return file.path().subList(0, file.path().size() - 2);
  }

  @Override
  public int count() {
    return files.size();
  }

  @Override
  public String name(int image) {
    return files.get(image).name();
  }

  @Override
  public Optional<String> folder(int image) {
    List<String> path = files.get(image).path();
    return path.size() < 2 ? Optional.empty() : Optional.of(path.get(path.size() - 2));
  }

  @Override
  Picture picture(int image) {
    return decoder.decode(where(image), files.get(image).bytes());
  }

  @Override
  String where(int image) {
    String name = files.get(image).name();
    if (Files.isDirectory(source)) {
      return source.resolve(name).toString();
    }
    return ImageFiles.isArchive(source) ? source + ": " + name : source.toString();
  }

  @Override
  public void close() {
    decoder.close();
  }
}
