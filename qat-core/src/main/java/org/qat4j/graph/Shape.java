package org.qat4j.graph;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Dimensions of one image of a tensor, without the batch: {@code [channels, height, width]} or
 * {@code [features]}.
 */
public final class Shape {
  /** Elements that one image of a tensor may have: every index and size in bytes is an int. */
  public static final int MOST_ELEMENTS = 1 << 27;

  private final int[] dims;

  private Shape(int[] dims) {
    this.dims = dims;
  }

  /**
   * A shape of these sizes.
   *
   * @param dims one or three positive sizes
   * @throws IllegalArgumentException on another rank, a size below 1, or more than {@link
   *     #MOST_ELEMENTS}
   */
  public static Shape of(int... dims) {
    return ofExact(IntStream.of(dims).asLongStream().toArray());
  }

  /** As {@link #of}, of sizes that were computed without overflow. */
  static Shape ofExact(long... dims) {
    if (dims.length != 1 && dims.length != 3) {
      throw new IllegalArgumentException(
          "a shape is [features] or [channels, height, width], got " + Arrays.toString(dims));
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
    return new Shape(LongStream.of(dims).mapToInt(Math::toIntExact).toArray());
  }

  public boolean isImage() {
    return dims.length == 3;
  }

  /** Channels of an image, or the number of features. */
  public int channels() {
    return dims[0];
  }

  /** Height in pixels; 1 for features. */
  public int height() {
    return isImage() ? dims[1] : 1;
  }

  /** Width in pixels; 1 for features. */
  public int width() {
    return isImage() ? dims[2] : 1;
  }

  public int elements() {
    return channels() * height() * width();
  }

  /** The same elements as one vector of features, in channel, row, column order. */
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
