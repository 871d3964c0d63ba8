package org.qat4j.cli.data;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;

/** Examples of files that say their classes themselves: rows of a CSV file, IDX files. */
public final class Examples implements InputSource {
  private final DataPart part;

  private Examples(DataPart part) {
    this.part = part;
  }

  /** Whether there are such files at a path. */
  public static boolean areAt(Path path) {
    return DataSource.saysClasses(path);
  }

  /**
   * What is for testing, if there is such a part, or else everything.
   *
   * @param network what it can take
   * @param classes that it tells apart
   * @throws org.qat4j.cli.error.UserException if the files are damaged or not for this network
   */
  public static Examples open(Path path, InputSpec network, ClassSet classes, Reading reading) {
    return new Examples(DataSource.forTesting(path, network, classes, reading));
  }

  @Override
  public int count() {
    return part.count();
  }

  @Override
  public String name(int input) {
    return Integer.toString(input);
  }

  @Override
  public Optional<String> folder(int input) {
    return Optional.empty();
  }

  @Override
  public Optional<int[]> labels() {
    return part.labels().length == 0 ? Optional.empty() : Optional.of(part.labels());
  }

  @Override
  public Inputs inputs(int from, int to) {
    return part.read(IntStream.range(from, to).toArray());
  }
}
