package org.qat4j.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.qat4j.cli.data.ImageSize;
import org.qat4j.cli.data.PictureFit;

/**
 * Which examples a job trains on and is tested on.
 *
 * @param source generated or read
 * @param folder of the data set's files, or one file, or for {@link Source#OWN} a Java class; has
 *     no effect for {@link Source#DIGITS}
 * @param train number of training examples, the first ones where they are read; 0 for all
 * @param test number of test examples, likewise
 * @param augment whether training sees each image shifted and mirrored at random
 * @param heldOut fraction of each class that is for testing where own data has no part for it
 * @param size of own images, height first; empty for what the network takes
 * @param resize what becomes of own images of another size
 * @param order of the channels of own images
 * @param label the column of own CSV files that says the class: its name, or its number from 1;
 *     empty for the last one
 */
public record DataConfig(
    Source source,
    String folder,
    int train,
    int test,
    boolean augment,
    double heldOut,
    String size,
    Resize resize,
    Order order,
    String label) {
  public static final DataConfig DEFAULT =
      new DataConfig(
          Source.DIGITS, "data/mnist", 3000, 1000, false, 0.2, "", Resize.STRETCH, Order.RGB, "");

  /** All of one's own examples. */
  static final DataConfig OWN = own("data", 0);

  /**
   * One's own examples.
   *
   * @param folder of files, or one file, or a Java class
   * @param train number of training examples; 0 for all
   */
  public static DataConfig own(String folder, int train) {
    return new DataConfig(
        Source.OWN, folder, train, 0, false, 0.2, "", Resize.STRETCH, Order.RGB, "");
  }

  /** Where examples come from. */
  public enum Source {
    /** Digits that the program draws itself. */
    @JsonProperty("digits")
    DIGITS,
    /** IDX files in the format of MNIST. */
    @JsonProperty("mnist")
    MNIST,
    /** CIFAR-10 as JPEG files, in a tar.gz archive or unpacked. */
    @JsonProperty("cifar10")
    CIFAR10,
    /** One's own: image, IDX or CSV files, or what a Java class gives. */
    @JsonProperty("own")
    OWN
  }

  /** What becomes of images of another size. */
  public enum Resize {
    @JsonProperty("none")
    NONE(PictureFit.Resize.NONE),
    @JsonProperty("stretch")
    STRETCH(PictureFit.Resize.STRETCH),
    @JsonProperty("crop")
    CROP(PictureFit.Resize.CROP);

    private final PictureFit.Resize how;

    Resize(PictureFit.Resize how) {
      this.how = how;
    }

    public PictureFit.Resize how() {
      return how;
    }
  }

  /** The order of a colour image's channels. */
  public enum Order {
    @JsonProperty("rgb")
    RGB(PictureFit.Order.RGB),
    @JsonProperty("bgr")
    BGR(PictureFit.Order.BGR);

    private final PictureFit.Order channels;

    Order(PictureFit.Order channels) {
      this.channels = channels;
    }

    public PictureFit.Order channels() {
      return channels;
    }
  }

  public DataConfig {
    if (folder.isBlank()) {
      throw new InvalidValueException("folder", "empty", "a path");
    }
    int least = source == Source.DIGITS ? 1 : 0;
    Check.between("train", train, least, 1_000_000);
    Check.between("test", test, least, 1_000_000);
    Check.fraction("heldOut", heldOut);
    Check.accepted("size", size, () -> ImageSize.parse(size));
  }
}
