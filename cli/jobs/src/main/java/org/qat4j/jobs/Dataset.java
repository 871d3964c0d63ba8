package org.qat4j.jobs;

import java.nio.file.Path;
import org.qat4j.cli.data.Cifar10Folder;
import org.qat4j.cli.data.Digits;
import org.qat4j.cli.data.Labelled;
import org.qat4j.cli.data.MnistFolder;
import org.qat4j.jobs.config.DataConfig;
import org.qat4j.jobs.config.JobConfig;

/**
 * The images of one job.
 *
 * @param train what the network learns from
 * @param test what accuracy is measured on
 */
public record Dataset(Labelled train, Labelled test) {

  /**
   * Draws or reads what the configuration asks for.
   *
   * @throws org.qat4j.cli.error.UserException if a file is absent or wrong
   */
  public static Dataset load(JobConfig config) {
    DataConfig data = config.data();
    return switch (data.source()) {
      case DIGITS ->
          new Dataset(
              Digits.draw(data.train(), config.seed(), Digits.Part.TRAIN),
              Digits.draw(data.test(), config.seed(), Digits.Part.TEST));
      case MNIST -> {
        MnistFolder folder = new MnistFolder(Path.of(data.folder()));
        yield new Dataset(folder.train(data.train()), folder.test(data.test()));
      }
      case CIFAR10 -> {
        Cifar10Folder folder = Cifar10Folder.read(Path.of(data.folder()));
        yield new Dataset(folder.train(data.train()), folder.test(data.test()));
      }
    };
  }
}
