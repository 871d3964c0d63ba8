package org.qat4j.jobs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.qat4j.cli.data.Cifar10Folder;
import org.qat4j.cli.data.ClassSet;
import org.qat4j.cli.data.DataFiles;
import org.qat4j.cli.data.Digits;
import org.qat4j.cli.data.ImageSize;
import org.qat4j.cli.data.Labelled;
import org.qat4j.cli.data.MnistFolder;
import org.qat4j.cli.data.ModelNotes;
import org.qat4j.cli.data.Reading;
import org.qat4j.jobs.config.DataConfig;
import org.qat4j.jobs.network.Blueprint;
import org.qat4j.jobs.network.UserClasses;

/**
 * The examples of one job, as its network takes them.
 *
 * @param train what the network learns from
 * @param test what accuracy is measured on
 * @param reading how the user's own files were read; empty for other data
 */
public record Dataset(Labelled train, Labelled test, Optional<Reading> reading) {

  /**
   * Draws or reads what the configuration asks for.
   *
   * @param seed of what is drawn
   * @param network what takes the examples
   * @param classes where the class of one's own data is looked for
   * @throws org.qat4j.cli.error.UserException if a file is absent or wrong, or the network takes
   *     something else
   */
  public static Dataset load(DataConfig data, long seed, Blueprint network, UserClasses classes) {
    return switch (data.source()) {
      case DIGITS ->
          builtIn(
              Digits.draw(data.train(), seed, Digits.Part.TRAIN),
              Digits.draw(data.test(), seed, Digits.Part.TEST),
              network);
      case MNIST -> {
        MnistFolder folder = new MnistFolder(Path.of(data.folder()));
        yield builtIn(folder.train(data.train()), folder.test(data.test()), network);
      }
      case CIFAR10 -> {
        Cifar10Folder folder = Cifar10Folder.read(Path.of(data.folder()));
        yield builtIn(folder.train(data.train()), folder.test(data.test()), network);
      }
      case OWN -> own(data, network, classes);
    };
  }

  private static Dataset builtIn(Labelled train, Labelled test, Blueprint network) {
    return new Dataset(
        network.fitted(train),
        network.fitted(test),
        network.isNamed()
            ? Optional.empty()
            : Optional.of(Reading.PLAIN.with(network.scaling(false))));
  }

  /**
   * All test examples of one's own data and some for training, chosen at random.
   *
   * @param seed of that choice
   * @throws org.qat4j.cli.error.UserException as {@link #load} does
   */
  public static Dataset sample(DataConfig data, long seed, Blueprint network, UserClasses classes) {
    return own(
        data,
        network,
        classes,
        examples -> examples.sample(data.train(), seed, "train"),
        files -> files.sample(data.train(), seed));
  }

  private static Dataset own(DataConfig data, Blueprint network, UserClasses classes) {
    return own(
        data,
        network,
        classes,
        examples -> examples.first(data.train(), "train"),
        files -> files.train(data.train()));
  }

  private static Dataset own(
      DataConfig data,
      Blueprint network,
      UserClasses classes,
      UnaryOperator<Labelled> someOfMany,
      Function<DataFiles, Labelled> someOfFiles) {
    if (!Files.exists(Path.of(data.folder())) && classes.has(data.folder())) {
      return new Dataset(
          someOfMany.apply(IteratorExamples.read(data.folder(), "train", classes, network)),
          IteratorExamples.read(data.folder(), "test", classes, network).first(data.test(), "test"),
          Optional.empty());
    }
    Path path = Path.of(data.folder());
    Reading reading =
        new Reading(
            ImageSize.parse(data.size()),
            data.resize().how(),
            network.order().orElse(data.order().channels()),
            network.scaling(DataFiles.areRows(path)),
            data.label());
    DataFiles files =
        DataFiles.open(
            path, network.inputs(), ClassSet.of(network.classes()), reading, data.heldOut());
    return new Dataset(someOfFiles.apply(files), files.test(data.test()), Optional.of(reading));
  }

  /** What a model file says of this data, so that {@code qat4j run} reads other files alike. */
  public Map<String, String> properties() {
    return reading.map(how -> ModelNotes.of(train, how).properties()).orElse(Map.of());
  }
}
