package org.qat4j.graph;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Dimensions of one image of a tensor, without the batch: {@code [channels, height, width]}, a
 * sequence {@code [time, features]} or {@code [features]}. What is one image of a batch is called
 * so whatever its kind.
 *
 * <p>A sequence has its features as channels and a row for each time step.
 */
public final class Shape {
  /** Elements that one image of a tensor may have: every index and size in bytes is an int. */
  public static final int MOST_ELEMENTS = 1 << 27;

  /** What the dimensions are. */
  public enum Kind {
    /** {@code [features]}. */
    FEATURES,
    /** {@code [time, features]}. */
    SEQUENCE,
    /** {@code [channels, height, width]}. */
    IMAGE
  }

  private final Kind kind;
  private final int[] dims;

  private Shape(Kind kind, int[] dims) {
    this.kind = kind;
    this.dims = dims;
  }

  /**
   * A shape of these sizes.
   *
   * @param dims one to three positive sizes
   * @throws IllegalArgumentException on another rank, a size below 1, or more than {@link
   *     #MOST_ELEMENTS}
   */
  public static Shape of(int... dims) {
    return ofExact(IntStream.of(dims).asLongStream().toArray());
  }

  /** As {@link #of}, of sizes that were computed without overflow. */
  static Shape ofExact(long... dims) {
    if (dims.length < 1 || dims.length > Kind.values().length) {
      throw new IllegalArgumentException(
          "a shape is [features], [time, features] or [channels, height, width], got "
              + Arrays.toString(dims));
    }
    long elements = 1;
    for (long dim : dims) {
      if (dim < 1 || dim > MOST_ELEMENTS / elements) {
        throw new IllegalArgumentException(
            "sizes must be >= 1 with at most "
                + MOST_ELEMENTS
                + " elements an image, got "
                + Arrays.toString(dims));
      }
      elements *= dim;
    }
    return new Shape(
        Kind.values()[dims.length - 1], LongStream.of(dims).mapToInt(Math::toIntExact).toArray());
  }

  public Kind kind() {
    return kind;
  }

  public boolean isImage() {
    return kind == Kind.IMAGE;
  }

  /** Channels of an image, or the number of features, of each time step in a sequence. */
  public int channels() {
    return switch (kind) {
      case FEATURES, IMAGE -> dims[0];
      case SEQUENCE -> dims[1];
    };
  }

  /** Height in pixels, or time steps; 1 for features. */
  public int height() {
    return switch (kind) {
      case FEATURES -> 1;
      case SEQUENCE -> dims[0];
      case IMAGE -> dims[1];
    };
  }

  /** Width in pixels; 1 for features and sequences. */
  public int width() {
    return switch (kind) {
      case FEATURES, SEQUENCE -> 1;
      case IMAGE -> dims[2];
    };
  }

  /** Place of an element in the order of {@link #dims()}, which callers and files have. */
  public int position(int channel, int y, int x) {
    return switch (kind) {
      case FEATURES, IMAGE -> (channel * height() + y) * width() + x;
      case SEQUENCE -> y * channels() + channel;
    };
  }

  public int elements() {
    return channels() * height() * width();
  }

  /** The same elements as one vector of features, in the order of {@link #position}. */
  public Shape flatten() {
    return of(elements());
  }

  public int[] dims() {
    return dims.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return IntStream.of(dims).mapToObj(Integer::toString).collect(Collectors.joining("x"));
  }
}
