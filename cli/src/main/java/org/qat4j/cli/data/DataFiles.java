package org.qat4j.cli.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.qat4j.cli.error.UserException;

/**
 * A data set of one's own files, for a network. What it is shows at its path:
 *
 * <ul>
 *   <li>a folder or tar archive with a folder of images for each class, or with {@code train} and
 *       {@code test} of that kind;
 *   <li>a folder of IDX files {@code train-images*} and {@code train-labels*}, and perhaps {@code
 *       test-*} or {@code t10k-*};
 *   <li>a CSV file, or a folder that holds one, or {@code train.csv} and {@code test.csv}.
 * </ul>
 *
 * Where nothing is for testing, a fraction of each class is kept for it. The first examples are of
 * all classes in turns.
 */
public final class DataFiles {
  private final DataPart train;
  private final Optional<DataPart> test;
  private final int classes;
  private final double heldOut;

  private DataFiles(DataPart train, Optional<DataPart> test, int classes, double heldOut) {
    this.train = train;
    this.test = test;
    this.classes = classes;
    this.heldOut = heldOut;
    requireClasses(train);
    test.ifPresent(this::requireClasses);
  }

  /**
   * Lists what there is.
   *
   * @param network what it can take
   * @param classes that it tells apart
   * @param reading how files become its inputs
   * @param heldOut fraction of each class that is for testing where no files are
   * @throws UserException if there is no data set, or not one for this network
   */
  public static DataFiles open(
      Path path, InputSpec network, ClassSet classes, Reading reading, double heldOut) {
    if (!Files.exists(path)) {
      throw new UserException(
          "no such file or folder: " + path + "; give the data with --data or as data.folder");
    }
    DataSource source = DataSource.of(path, network, classes, reading, true);
    if (source.part("train").isPresent() != source.part("test").isPresent()) {
      String there = source.part("train").isPresent() ? "train" : "test";
      String absent = there.equals("train") ? "test" : "train";
      throw new UserException(
          path + ": has " + there + " but no " + absent + "; add it, or give " + there + " alone");
    }
    DataPart train = source.part("train").orElseGet(source::whole);
    return new DataFiles(train, source.part("test"), classes.count(), heldOut);
  }

  /** Whether the files at a path hold rows of features. */
  public static boolean areRows(Path path) {
    return !DataSource.tables(path).isEmpty();
  }

  private void requireClasses(DataPart part) {
    int found = part.names().size();
    if (found > 0 && found != classes) {
      throw new UserException(
          part.where()
              + ": has "
              + found
              + " classes "
              + ClassSet.shortened(part.names())
              + ", but the network tells "
              + classes
              + " apart; give the data of its classes, or a network with "
              + found
              + " outputs");
    }
    if (!part.names().equals(train.names())) {
      throw new UserException(
          part.where()
              + ": its classes "
              + ClassSet.shortened(part.names())
              + " are not those of training, "
              + ClassSet.shortened(train.names()));
    }
  }

  /**
   * What is for learning.
   *
   * @param count how many; 0 for all
   * @throws UserException if there are fewer, or one is broken
   */
  public Labelled train(int count) {
    int[] all = forTraining();
    requireEnough(train, all, count, "for training");
    return read(train, ByClass.inTurns(train.labels(), all), count);
  }

  /**
   * Some of what is for learning, chosen at random.
   *
   * @throws UserException if there are fewer, or one is broken
   */
  public Labelled sample(int count, long seed) {
    int[] all = forTraining();
    requireEnough(train, all, count, "for training");
    int[] order = EpochOrder.of(seed, "sample", 0, all.length);
    return read(train, IntStream.of(order).map(i -> all[i]).toArray(), count);
  }

  private int[] forTraining() {
    int[] labels = train.labels();
    return test.isPresent()
        ? IntStream.range(0, labels.length).toArray()
        : ByClass.heldOut(labels, heldOut, false);
  }

  /**
   * What is for testing.
   *
   * @param count how many; 0 for all
   * @throws UserException if there are fewer, or one is broken
   */
  public Labelled test(int count) {
    DataPart part = test.orElse(train);
    int[] labels = part.labels();
    int[] all =
        test.isPresent()
            ? IntStream.range(0, labels.length).toArray()
            : ByClass.heldOut(labels, heldOut, true);
    requireEnough(part, all, count, "for testing");
    return read(part, ByClass.inTurns(labels, all), count);
  }

  private static void requireEnough(DataPart part, int[] available, int count, String purpose) {
    if (available.length == 0) {
      throw new UserException(
          part.where()
              + ": too few examples, none is left "
              + purpose
              + "; give more of each class");
    }
    if (count > available.length) {
      throw Images.tooFew(part.where() + ", " + purpose, count, available.length);
    }
  }

  /** The first ones of an order; all, where none are counted. */
  private Labelled read(DataPart part, int[] order, int count) {
    int[] some = count == 0 ? order : Arrays.copyOf(order, count);
    int[] labels = IntStream.of(some).map(i -> part.labels()[i]).toArray();
    return new Labelled(part.read(some), labels, classes, part.names());
  }
}
