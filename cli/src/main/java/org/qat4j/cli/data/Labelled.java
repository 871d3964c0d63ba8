package org.qat4j.cli.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.qat4j.cli.error.UserException;

/** Inputs and the class of each. Immutable. */
public final class Labelled {
  /** Number of classes of the digits and of CIFAR-10. */
  public static final int TEN = 10;

  private final Inputs inputs;
  private final int[] labels;
  private final int classes;
  private final List<String> names;

  /**
   * @param labels one for each input; not copied, so the caller gives them away
   * @param classes how many there are
   * @param names of the classes; empty if nothing says
   * @throws IllegalArgumentException if the numbers differ, or a label is not in {@code [0,
   *     classes)}
   */
  public Labelled(Inputs inputs, int[] labels, int classes, List<String> names) {
    if (labels.length != inputs.count()) {
      throw new IllegalArgumentException(
          labels.length + " labels for " + inputs.count() + " inputs");
    }
    if (!names.isEmpty() && names.size() != classes) {
      throw new IllegalArgumentException(names.size() + " names for " + classes + " classes");
    }
    for (int label : labels) {
      if (label < 0 || label >= classes) {
        throw new IllegalArgumentException("label " + label + " of " + classes + " classes");
      }
    }
    this.inputs = inputs;
    this.labels = labels;
    this.classes = classes;
    this.names = List.copyOf(names);
  }

  /** Of bytes, and with classes that have no names. */
  Labelled(Inputs inputs, byte[] labels, int classes) {
    this(
        inputs,
        IntStream.range(0, labels.length).map(i -> labels[i] & 0xFF).toArray(),
        classes,
        List.of());
  }

  /**
   * The first {@code wanted} ones; 0 for all.
   *
   * @param name what they are, for the message
   * @throws UserException if there are fewer
   */
  public Labelled first(int wanted, String name) {
    if (wanted > count()) {
      throw Images.tooFew(name, wanted, count());
    }
    return wanted == 0 || wanted == count() ? this : chosen(IntStream.range(0, wanted).toArray());
  }

  /**
   * Some of them, chosen at random.
   *
   * @param name what they are, for the message
   * @throws UserException if there are fewer
   */
  public Labelled sample(int wanted, long seed, String name) {
    if (wanted > count()) {
      throw Images.tooFew(name, wanted, count());
    }
    return chosen(Arrays.copyOf(EpochOrder.of(seed, "sample", 0, count()), wanted));
  }

  /** Some of them, in that order. */
  Labelled chosen(int[] indices) {
    return new Labelled(
        inputs.chosen(indices), IntStream.of(indices).map(this::label).toArray(), classes, names);
  }

  /** The same labels for other inputs. */
  Labelled with(Inputs others) {
    return new Labelled(others, labels, classes, names);
  }

  public int count() {
    return inputs.count();
  }

  public Inputs inputs() {
    return inputs;
  }

  /**
   * The inputs as images.
   *
   * @throws UserException if they are none
   */
  public Images images() {
    if (inputs instanceof Images images) {
      return images;
    }
    throw new UserException("the data has no images but rows of numbers");
  }

  public int label(int index) {
    return labels[index];
  }

  /** How many classes there are. */
  public int classes() {
    return classes;
  }

  /** What the classes are called; empty if nothing says. */
  public List<String> names() {
    return names;
  }
}
