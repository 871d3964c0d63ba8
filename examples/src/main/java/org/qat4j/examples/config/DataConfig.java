package org.qat4j.examples.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Which images a job trains on and is tested on.
 *
 * @param source generated or read
 * @param folder of the four IDX files; only for {@link Source#MNIST}
 * @param train number of training images; the first ones of the file for {@link Source#MNIST}
 * @param test number of test images, likewise
 */
public record DataConfig(Source source, String folder, int train, int test) {
  public static final DataConfig DEFAULT = new DataConfig(Source.DIGITS, "data/mnist", 3000, 1000);

  /** Where images come from. */
  public enum Source {
    /** Digits that the program draws itself. */
    @JsonProperty("digits")
    DIGITS,
    /** IDX files in the format of MNIST. */
    @JsonProperty("mnist")
    MNIST
  }

  public DataConfig {
    if (folder.isBlank()) {
      throw new InvalidValueException("folder", "empty", "a path");
    }
    Check.between("train", train, 1, 1_000_000);
    Check.between("test", test, 1, 1_000_000);
  }
}
