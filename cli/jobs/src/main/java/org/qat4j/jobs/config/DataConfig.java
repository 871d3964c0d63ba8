package org.qat4j.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Which images a job trains on and is tested on.
 *
 * @param source generated or read
 * @param folder of the data set's files; has no effect for {@link Source#DIGITS}
 * @param train number of training images; the first ones where they are read
 * @param test number of test images, likewise
 * @param augment whether training sees each image shifted and mirrored at random
 */
public record DataConfig(Source source, String folder, int train, int test, boolean augment) {
  public static final DataConfig DEFAULT =
      new DataConfig(Source.DIGITS, "data/mnist", 3000, 1000, false);

  /** Where images come from. */
  public enum Source {
    /** Digits that the program draws itself. */
    @JsonProperty("digits")
    DIGITS,
    /** IDX files in the format of MNIST. */
    @JsonProperty("mnist")
    MNIST,
    /** CIFAR-10 as JPEG files, in a tar.gz archive or unpacked. */
    @JsonProperty("cifar10")
    CIFAR10
  }

  public DataConfig {
    if (folder.isBlank()) {
      throw new InvalidValueException("folder", "empty", "a path");
    }
    Check.between("train", train, 1, 1_000_000);
    Check.between("test", test, 1, 1_000_000);
  }
}
