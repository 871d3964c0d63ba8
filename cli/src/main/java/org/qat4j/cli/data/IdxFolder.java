package org.qat4j.cli.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.qat4j.cli.error.UserException;

/** IDX files of images and labels, {@code train-images*} and {@code train-labels*}. */
final class IdxFolder implements DataSource {
  private static final Pattern IMAGES =
      Pattern.compile("(?:(train|test|t10k)[-_.])?images.*", Pattern.CASE_INSENSITIVE);

  private final Path folder;
  private final List<Path> files;
  private final InputSpec network;
  private final int classes;
  private final Reading reading;

  IdxFolder(Path folder, List<Path> files, InputSpec network, int classes, Reading reading) {
    this.folder = folder;
    this.files = files;
    this.network = network;
    this.classes = classes;
    this.reading = reading;
  }

  static boolean isImages(Path file) {
    return !ImageFiles.isImage(file) && matcher(file).matches();
  }

  private static Matcher matcher(Path file) {
    return IMAGES.matcher(file.getFileName().toString());
  }

  @Override
  public Optional<DataPart> part(String name) {
    List<Path> images =
        files.stream().filter(IdxFolder::isImages).filter(file -> part(file).equals(name)).toList();
    if (images.size() > 1) {
      throw new UserException(folder + ": several files hold images of " + name + ": " + images);
    }
    return images.stream().findFirst().map(Part::new);
  }

  /** MNIST calls its test images t10k. */
  private static String part(Path file) {
    Matcher name = matcher(file);
    String part = name.matches() && name.group(1) != null ? name.group(1) : "";
    return part.equals("t10k") ? "test" : part;
  }

  @Override
  public DataPart whole() {
    return part("").orElseThrow();
  }

  private final class Part implements DataPart {
    private final Path file;
    private final IdxImages images;
    private final int[] labels;

    Part(Path file) {
      this.file = file;
      this.images =
          IdxImages.read(
              file,
              Optional.empty(),
              new PictureSource.Target(network.smallest(), InputScaling.NONE, false));
      Path beside = labelsOf(file);
      byte[] bytes = IdxReader.labels(beside, classes, file, images.count());
      this.labels = IntStream.range(0, bytes.length).map(i -> bytes[i] & 0xFF).toArray();
    }

    @Override
    public String where() {
      return file.toString();
    }

    @Override
    public int count() {
      return images.count();
    }

    @Override
    public int[] labels() {
      return labels;
    }

    @Override
    public List<String> names() {
      return List.of();
    }

    @Override
    public Inputs read(int[] indices) {
      Picture first = images.picture(indices[0]);
      PictureFit fit =
          network.fit(where(), reading.size(), first, reading.resize(), reading.order());
      PictureStack stack = new PictureStack(indices.length, fit);
      for (int index : indices) {
        stack.add(images.where(index), images.picture(index));
      }
      return stack.images(reading.scaling(), network.takesFlat());
    }
  }

  /** The file whose name starts alike, with labels in the place of images. */
  private Path labelsOf(Path images) {
    String name = images.getFileName().toString();
    String start = name.replaceFirst("(?i)images.*", "labels");
    List<Path> found =
        files.stream().filter(file -> file.getFileName().toString().startsWith(start)).toList();
    if (found.size() != 1) {
      throw new UserException(
          images + ": needs one file " + start + "* with its labels beside it, found " + found);
    }
    return found.get(0);
  }
}
