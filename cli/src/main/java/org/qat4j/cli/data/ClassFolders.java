package org.qat4j.cli.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.qat4j.cli.error.UserException;

/**
 * A folder of images for each class, {@code <class>/*}, or parts of such folders, {@code
 * <part>/<class>/*}; unpacked or in a tar archive.
 */
final class ClassFolders implements DataSource {
  private final Path source;
  private final List<ImageFiles.Entry> files;
  private final InputSpec network;
  private final Reading reading;

  private ClassFolders(
      Path source, List<ImageFiles.Entry> files, InputSpec network, Reading reading) {
    this.source = source;
    this.files = files;
    this.network = network;
    this.reading = reading;
  }

  /**
   * Lists the files, but does not decode them yet.
   *
   * @throws UserException if there are no images
   */
  static ClassFolders read(Path path, InputSpec network, Reading reading) {
    Path source = ImageFolder.onlyArchive(path);
    List<ImageFiles.Entry> files = ImageFolder.files(source);
    return new ClassFolders(source, files, network, reading);
  }

  @Override
  public Optional<DataPart> part(String name) {
    List<ImageFiles.Entry> ofPart =
        files.stream()
            .filter(file -> folder(file, 2).equals(Optional.of(name)) && file.path().size() > 2)
            .toList();
    return ofPart.isEmpty() ? Optional.empty() : Optional.of(new Part(name, ofPart));
  }

  @Override
  public DataPart whole() {
    TreeSet<Integer> depths =
        files.stream()
            .map(file -> file.path().size())
            .collect(Collectors.toCollection(TreeSet::new));
    if (depths.size() > 1 || depths.first() < 2) {
      throw new UserException(
          source
              + ": its images do not lie in a folder for each class, class/image.png, or in such"
              + " folders in train and test; one is "
              + files.get(0).name());
    }
    return new Part("", files);
  }

  /** The folder that many steps above the file. */
  private static Optional<String> folder(ImageFiles.Entry file, int above) {
    int at = file.path().size() - 1 - above;
    return at < 0 ? Optional.empty() : Optional.of(file.path().get(at));
  }

  private final class Part implements DataPart {
    private final String name;
    private final List<ImageFiles.Entry> files;
    private final List<String> classes;
    private final int[] labels;

    Part(String name, List<ImageFiles.Entry> files) {
      this.name = name;
      this.files = files;
      List<String> folders = files.stream().map(file -> folder(file, 1).orElseThrow()).toList();
      this.classes = ByClass.names(folders);
      this.labels = folders.stream().mapToInt(classes::indexOf).toArray();
    }

    @Override
    public String where() {
      return name.isEmpty() ? source.toString() : source + ", " + name;
    }

    @Override
    public int count() {
      return files.size();
    }

    @Override
    public int[] labels() {
      return labels;
    }

    @Override
    public List<String> names() {
      return classes;
    }

    @Override
    public Inputs read(int[] indices) {
      try (PictureDecoder decoder = new PictureDecoder()) {
        Picture first = picture(decoder, indices[0]);
        PictureFit fit =
            network.fit(
                where(files.get(indices[0])),
                reading.size(),
                first,
                reading.resize(),
                reading.order());
        PictureStack stack = new PictureStack(indices.length, fit);
        for (int index : indices) {
          stack.add(where(files.get(index)), picture(decoder, index));
        }
        return stack.images(reading.scaling(), network.takesFlat());
      }
    }

    private Picture picture(PictureDecoder decoder, int index) {
      return decoder.decode(where(files.get(index)), files.get(index).bytes());
    }

    private String where(ImageFiles.Entry file) {
      return Files.isDirectory(source)
          ? source.resolve(file.name()).toString()
          : source + ": " + file.name();
    }
  }
}
